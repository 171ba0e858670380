/** A command that is refused before anything is sent: exit code 2. The message names the remedy. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
