/** A controller behind the BMC. */
export interface RawBridge {
  readonly channel: number;
  /** Slave address, 8-bit form. */
  readonly address: number;
  readonly lun?: number;
}

export interface RawRequest {
  /** 0 to 3Eh, even. */
  readonly netFn: number;
  readonly command: number;
  readonly data: Uint8Array;
  readonly lun?: number;
  readonly bridge?: RawBridge;
}

export interface RawResponse {
  readonly completionCode: number;
  /** Meaning of the completion code for this command. */
  readonly meaning: string;
  /** Data after the completion code. */
  readonly data: Uint8Array;
}

export interface RawOperations {
  /**
   * Sends one request as it is. A known reading command may be sent again if no answer comes; all others are sent once.
   *
   * @returns the response with any completion code; "answer_lost" for a command that is not known to only read
   */
  raw(request: RawRequest): Promise<RawResponse | "answer_lost">;
}
