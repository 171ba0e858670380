import { createHash } from "node:crypto";

/** The only style sheet; inline, so that the pages need nothing else. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f7f8fa;--card:#fff;--ink:#1b2330;--soft:#566173;--line:#dde2ea;--link:#1f5fbf;
--ok:#1c7c45;--warning:#8f5f00;--critical:#b3261e;--down:#7b1fa2;--quiet:#566173;
--ok-bg:#e2f4e8;--warning-bg:#fdf0d0;--critical-bg:#fbe3e1;--down-bg:#f2e3f7;--quiet-bg:#e9ecf1;
--zone-ok:#a9d9ba;--zone-warning:#f0cf7f;--zone-critical:#eba39d}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2029;--ink:#e5e9f0;--soft:#9ba7b8;--line:#2c3542;--link:#82b1ff;
--ok:#7fd6a0;--warning:#f2c76b;--critical:#ff9b94;--down:#dda6f0;--quiet:#9ba7b8;
--ok-bg:#17331f;--warning-bg:#3a2f14;--critical-bg:#431c1a;--down-bg:#371d40;--quiet-bg:#262e3a;
--zone-ok:#2f6b45;--zone-warning:#7d6220;--zone-critical:#84352f}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
a{color:var(--link)}
a:focus-visible,input:focus-visible,button:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
header,main,footer{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;padding-top:1rem;padding-bottom:.75rem}
header .brand{font-weight:650;font-size:1.15rem;color:var(--ink);text-decoration:none}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem}
footer{color:var(--soft);padding-top:1rem;padding-bottom:2rem;font-size:.87rem}
h1{font-size:1.45rem;margin:.4rem 0 .6rem}
h2{font-size:1.05rem;margin:0 0 .6rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem;margin:0 0 1rem}
p{margin:.3rem 0}
main>p+section{margin-top:.9rem}
.soft{color:var(--soft)}
.counts,.racks{display:flex;flex-wrap:wrap;gap:.5rem;margin:0;padding:0;list-style:none}
.counts a{display:block;min-width:6.2rem;padding:.45rem .8rem;border-radius:.5rem;text-decoration:none;border:2px solid transparent}
.counts b{display:block;font-size:1.35rem;line-height:1.2}
.counts a[aria-current]{border-color:currentColor}
.racks{max-height:14rem;overflow-y:auto}
.racks a{display:block;padding:.25rem .6rem;border-radius:.4rem;text-decoration:none;font-size:.87rem}
.ok{color:var(--ok);background:var(--ok-bg)}.warning{color:var(--warning);background:var(--warning-bg)}
.critical{color:var(--critical);background:var(--critical-bg)}.down{color:var(--down);background:var(--down-bg)}
.quiet{color:var(--quiet);background:var(--quiet-bg)}
.badge{display:inline-block;padding:.05rem .5rem;border-radius:1rem;font-size:.82rem;font-weight:600;white-space:nowrap}
form{display:flex;flex-wrap:wrap;gap:.6rem .9rem;align-items:end;margin:0}
label{display:block;font-size:.85rem;color:var(--soft)}
label.check{display:flex;gap:.4rem;align-items:center;padding-bottom:.4rem;color:var(--ink)}
input:not([type=checkbox]){display:block;width:13rem;max-width:100%;font:inherit;padding:.3rem .5rem;color:var(--ink);background:var(--bg);
border:1px solid var(--soft);border-radius:.4rem}
input[type=search]:not([type=checkbox]){width:18rem}
button{font:inherit;padding:.32rem .95rem;border:1px solid var(--link);border-radius:.4rem;background:var(--link);color:var(--card);cursor:pointer}
.bar{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;align-items:end;justify-content:space-between;margin-bottom:.7rem}
.bar h2{margin:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
th{font-weight:600;color:var(--soft);font-size:.84rem}
th,td{text-align:left;padding:.36rem .8rem .36rem 0;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0}
th .soft{font-weight:400}
tbody th{font-weight:600;font-size:.92rem;color:var(--ink)}
.number{text-align:right;padding-right:1.4rem;font-variant-numeric:tabular-nums;white-space:nowrap}
.when{white-space:nowrap}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.6rem 1.2rem;margin:0}
dt{color:var(--soft);font-size:.84rem}dd{margin:0;overflow-wrap:anywhere}
.notice{border-left:.3rem solid currentColor}
.notice *{color:var(--ink)}
.notice h2{color:inherit}
.gauge{display:block;width:110px;height:14px;margin-top:.28rem}
.zone-ok{fill:var(--zone-ok)}.zone-warning{fill:var(--zone-warning)}.zone-critical{fill:var(--zone-critical)}.mark{fill:var(--ink)}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
ul.plain{margin:0;padding-left:1.1rem}
code{font-size:.92em}
`;

/** Nothing is loaded, nothing runs, and forms go nowhere else. The icon is a data: address. */
export function pagePolicy(): string {
  const hash = createHash("sha256").update(STYLE).digest("base64");
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "img-src data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** For what is no page. */
export const TEXT_POLICY = "default-src 'none'; frame-ancestors 'none'";
