export interface Peer {
  readonly program: string;
  readonly debian: string;
  readonly what: string;
}
export declare const peers: readonly Peer[];
export declare const MISSING_PEERS_FILE: string;
