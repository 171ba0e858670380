import { html } from "./html.ts";
import { page } from "./layout.ts";

/** /config for a person. */
export function configPage(text: string, version: string): string {
  return page({
    title: "Configuration - lightsout",
    version,
    content: html`<h1>Configuration</h1>
<p class="soft">In force, with all defaults and without secrets. Programs get it as text.</p>
<pre class="scroll" tabindex="0"><code>${text}</code></pre>`,
  });
}
