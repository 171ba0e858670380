/** The date and the text of a version in a changelog. @throws Error if it has no section or no date */
export function changelogSection(version: string, changelog?: string): { readonly date: string; readonly text: string };
/** Files that name another version than package.json. */
export function versionProblems(): readonly string[];
/** What only the owner of the project knows: where it belongs, and how to find it. */
export function unknownFacts(): readonly { readonly where: string; readonly how: string }[];
/** A version in the form of Debian and RPM. */
export function packageVersion(version: string): string;
