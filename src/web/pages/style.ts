import { createHash } from "node:crypto";

/** The only style sheet; inline, so that the pages need nothing else. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f7f8fa;--card:#fff;--ink:#1b2330;--soft:#566173;--line:#dde2ea;--link:#1f5fbf;
--ok:#1c7c45;--warning:#8f5f00;--critical:#b3261e;--down:#7b1fa2;--quiet:#566173;
--ok-bg:#e2f4e8;--warning-bg:#fdf0d0;--critical-bg:#fbe3e1;--down-bg:#f2e3f7;--quiet-bg:#e9ecf1;--down-bg2:#e3c9ee;
--zone-ok:#a9d9ba;--zone-warning:#f0cf7f;--zone-critical:#eba39d;
--heat0:#bcd6f7;--heat1:#c4e6ee;--heat2:#cbead2;--heat3:#e2eebb;--heat4:#fae5a0;--heat5:#fccb88;--heat6:#f6a487;--heat7:#b92b20;--heat7-ink:#fff;
--load0:#eaf0f8;--load1:#cfe0f2;--load2:#aecdeb;--load3:#8ab6e0;--load4:#649ed3;--load5:#275a99;--load5-ink:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2029;--ink:#e5e9f0;--soft:#9ba7b8;--line:#2c3542;--link:#82b1ff;
--ok:#7fd6a0;--warning:#f2c76b;--critical:#ff9b94;--down:#dda6f0;--quiet:#9ba7b8;
--ok-bg:#17331f;--warning-bg:#3a2f14;--critical-bg:#431c1a;--down-bg:#371d40;--quiet-bg:#262e3a;--down-bg2:#4d2a58;
--zone-ok:#2f6b45;--zone-warning:#7d6220;--zone-critical:#84352f;
--heat0:#1f4878;--heat1:#1c4f5e;--heat2:#1d5236;--heat3:#414f1c;--heat4:#624e12;--heat5:#733f12;--heat6:#84301c;--heat7:#ff8b7d;--heat7-ink:#2a0c09;
--load0:#1e2836;--load1:#20374f;--load2:#23466b;--load3:#275588;--load4:#2b65a3;--load5:#9cc8f7;--load5-ink:#0d1b2c}}
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
.overview{max-height:18rem;overflow-y:auto;margin-bottom:.8rem;padding-bottom:.2rem}
.racks a[aria-current]{outline:2px solid currentColor;outline-offset:-2px}
h3{font-size:.92rem;font-weight:600;color:var(--soft);margin:.9rem 0 .45rem}
.overview h3:first-child{margin-top:0}
.switch,.legend{display:flex;flex-wrap:wrap;margin:0;padding:0;list-style:none}
.switch{border:1px solid var(--line);border-radius:.45rem;overflow:hidden;background:var(--bg);font-size:.9rem}
.switch a{display:block;padding:.28rem .8rem;text-decoration:none}
.switch a[aria-current]{background:var(--link);color:var(--card)}
.switch a:focus-visible{outline-offset:-3px}
.legend{gap:.3rem .9rem;margin-bottom:.9rem;font-size:.82rem;color:var(--soft)}
.legend li{display:flex;gap:.35rem;align-items:center}
.swatch{width:1.3rem;height:.85rem;border-radius:.2rem}
.floor{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:1.1rem .75rem;margin:0;padding:0;list-style:none}
.fit{grid-template-columns:repeat(auto-fit,minmax(11rem,1fr))}
.fit .rack:not(.loose){max-width:20rem}
.rack{display:flex;flex-direction:column;min-width:0}
.rack-head{padding:0 .2rem .4rem;font-size:.84rem;line-height:1.4}
.rack-head a{font-weight:650;font-size:1rem;text-decoration:none}
.rack-head p{margin:0;font-size:.8rem}
.bar-of{display:block;width:100%;height:4px;margin-top:.25rem;border-radius:2px}
.bar-all{fill:var(--line)}.bar-ok{fill:var(--ok)}.bar-warning{fill:var(--warning)}.bar-critical{fill:var(--critical)}.bar-down{fill:var(--down)}
.units{display:flex;flex-direction:column;gap:2px;margin:auto 0 0;padding:4px;list-style:none;border:1px solid var(--line);
border-bottom-width:4px;border-radius:.4rem;background:var(--bg)}
.units>.soft{font-size:.8rem;padding:.1rem .35rem}
.loose{grid-column:1/-1}
.loose .units{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr))}
.gap{border-left:2px dotted var(--line);border-right:2px dotted var(--line);margin:0 .3rem}
.gap1{height:1.3rem}.gap2{height:2.6rem}.gap3{height:3.9rem}
.cell{position:relative;display:flex;gap:.3rem;align-items:baseline;min-height:1.5rem;padding:.16rem .35rem .16rem .25rem;border-radius:.25rem;
border-left:4px solid transparent;color:var(--ink);text-decoration:none;font-size:.8rem;line-height:1.35;overflow:hidden}
@media (min-width:100rem){header,main,footer{max-width:120rem}}
.cell i{font-style:normal;font-size:.72rem;min-width:1.05rem;font-variant-numeric:tabular-nums}
.cell b{font-weight:600;flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.cell span{font-size:.76rem;white-space:nowrap;font-variant-numeric:tabular-nums}
.cell:hover{outline:2px solid currentColor;outline-offset:-2px}
.cell:focus-visible{outline:3px solid var(--link);outline-offset:1px;overflow:visible;z-index:1}
@media (max-width:30rem){section{padding:.8rem .7rem}header,main,footer{padding-left:.8rem;padding-right:.8rem}.floor,.fit{grid-template-columns:repeat(auto-fill,minmax(9.8rem,1fr));gap:1.1rem .6rem}.switch{font-size:.8rem}.switch a{padding:.3rem .5rem}}
@media (pointer:coarse){.cell{min-height:1.75rem;padding-top:.28rem}}
.racks a{display:block;padding:.25rem .6rem;border-radius:.4rem;text-decoration:none;font-size:.87rem}
.ok{color:var(--ok);background:var(--ok-bg)}.warning{color:var(--warning);background:var(--warning-bg)}
.critical{color:var(--critical);background:var(--critical-bg)}.down{color:var(--down);background:var(--down-bg)}
.quiet{color:var(--quiet);background:var(--quiet-bg)}
.heat0{background:var(--heat0);color:var(--ink)}.heat1{background:var(--heat1);color:var(--ink)}.heat2{background:var(--heat2);color:var(--ink)}.heat3{background:var(--heat3);color:var(--ink)}.heat4{background:var(--heat4);color:var(--ink)}.heat5{background:var(--heat5);color:var(--ink)}.heat6{background:var(--heat6);color:var(--ink)}.heat7{background:var(--heat7);color:var(--heat7-ink)}
.load0{background:var(--load0);color:var(--ink)}.load1{background:var(--load1);color:var(--ink)}.load2{background:var(--load2);color:var(--ink)}.load3{background:var(--load3);color:var(--ink)}.load4{background:var(--load4);color:var(--ink)}.load5{background:var(--load5);color:var(--load5-ink)}
.ok.cell,.warning.cell,.critical.cell{color:var(--ink)}
.cell.warning,.mark-warning{border-left:4px solid var(--warning)}.cell.critical,.mark-critical{border-left:4px solid var(--critical)}
.cell.warning{background:var(--zone-warning)}.cell.critical{background:var(--zone-critical)}
.cell.warning span,.cell.critical span,.cell.down span{font-weight:600}
.heat7.mark-critical{border-left-color:var(--heat7-ink)}
.cell.ok{border-left-color:var(--zone-ok)}
.cell.down,.swatch.down{border-left-color:var(--down);background-image:repeating-linear-gradient(135deg,transparent 0 5px,var(--down-bg2) 5px 8px)}
.waiting{color:var(--quiet);background:transparent;outline:1px dashed var(--quiet);outline-offset:-1px}
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
.find-here{margin:1.2rem 0 .4rem;align-items:center}
.spark{display:block;width:120px;height:20px}.spark path{fill:none;stroke:var(--link);stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.spark-of .soft{font-size:.78rem}.rack-head .spark,.dense-rack .spark{width:100%}.dense-rack .spark{height:14px;margin-top:2px}
.gauge{display:block;width:110px;height:14px;margin-top:.28rem}
.zone-ok{fill:var(--zone-ok)}.zone-warning{fill:var(--zone-warning)}.zone-critical{fill:var(--zone-critical)}.mark{fill:var(--ink)}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.skip{position:absolute;left:-100rem;top:.4rem;background:var(--card);padding:.3rem .6rem;border-radius:.4rem;z-index:2}.skip:focus{left:1rem}
main:focus{outline:0}
.find{margin-left:auto}.find input[type=search]:not([type=checkbox]){width:13rem}
.kind th{padding-top:.8rem;border-top:0;text-transform:none;color:var(--soft)}
summary{cursor:pointer;padding:.4rem 0;color:var(--link)}
.refresh{display:flex;gap:.6rem;align-items:baseline;margin:0;color:var(--soft);font-size:.87rem;font-variant-numeric:tabular-nums}
.refresh button{padding:.05rem .6rem;background:transparent;color:var(--link);font-size:.87rem}
.offline-only{display:none;color:var(--critical)}.offline .offline-only{display:inline}
.wide{min-width:16rem}
@media (max-width:30rem){
table.stack,table.stack tbody,table.stack tr,table.stack th,table.stack td{display:block;width:auto;border:0;padding:.08rem 0}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack tr{border-top:1px solid var(--line);padding:.45rem 0}
table.stack td:empty{display:none}
table.stack .number{text-align:left}
table.stack td[data-label="Severity"],table.stack td[data-label="Severity"]+th{display:inline-block;margin-right:.5rem}
table.stack td[data-label="Severity"]::before{content:none}
table.stack td[data-label]:not([data-label="Severity"])::before{content:attr(data-label) ": ";color:var(--soft);font-size:.84rem}
.wide{min-width:0}.find{margin-left:0}}
.dense{display:flex;gap:3px;margin:0;padding:0;list-style:none}
.dense-rack{flex:1 1 0;min-width:0;max-width:4.5rem}
.dense-head{display:block;font-size:.68rem;line-height:1.25;text-align:center;text-decoration:none;overflow:hidden;white-space:nowrap}
.dense-head b{color:var(--critical)}
.dense-rack ul{margin:0;padding:2px;list-style:none;border:1px solid var(--line);border-bottom-width:3px;border-radius:3px;background:var(--bg)}
.dense-rack li{display:flex;gap:1px;height:11px;margin-bottom:1px}
.dense-rack .none{border-left:1px dotted var(--line);border-right:1px dotted var(--line)}
.dot{flex:1;min-width:2px;border-radius:2px}
.dot.ok{background:var(--zone-ok)}.dot.warning{background:var(--warning)}.dot.critical{background:var(--critical)}.dot.down{background:var(--down)}
.dot.bad{outline:1px solid var(--ink);outline-offset:-1px}
.dot:hover{outline:2px solid var(--ink)}
@media (max-width:48rem){.dense{flex-wrap:wrap}.dense-rack{flex:0 0 2.2rem}}
.steps{margin:0;padding:0;list-style:none;overflow-wrap:anywhere}.steps summary{color:var(--ink);padding:.1rem 0}.steps ul{margin:0 0 .4rem;padding-left:1.6rem;list-style:none}
ul.plain{margin:0;padding-left:1.1rem}
code{font-size:.92em}
pre{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem;margin:.5rem 0 1rem;overflow-x:auto}
`;

/** Nothing is loaded from elsewhere, only /page.js runs, and forms go nowhere else. The icon is a data: address. */
export function pagePolicy(): string {
  const hash = createHash("sha256").update(STYLE).digest("base64");
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "script-src 'self'",
    "connect-src 'self'",
    "img-src data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** For responses that are not pages. */
export const TEXT_POLICY = "default-src 'none'; frame-ancestors 'none'";
