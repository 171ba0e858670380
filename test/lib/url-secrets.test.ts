import { describe, expect, it } from "vitest";
import { hideAddressSecrets, hideUrlSecrets } from "../../src/lib/index.ts";

describe("a URL without its secrets", () => {
  it.each([
    ["http://netbox.example.org", "http://netbox.example.org"],
    ["http://netbox.example.org:8000/", "http://netbox.example.org:8000/"],
    ["http://[2001:db8::1]:8000/sd", "http://[2001:db8::1]:8000/<secret>"],
    ["https://h/x?token=SECRET", "https://h/<secret>"],
    ["https://h/hooks/SECRET", "https://h/<secret>"],
    ["https://h?SECRET", "https://h/<secret>"],
    ["https://h#SECRET", "https://h/<secret>"],
    ["https://SECRET@h/", "https://<secret>@h/"],
    ["https://user:SECRET@h:1", "https://<secret>@h:1"],
    ["https://user:SEC@RET@h", "https://<secret>@h"],
    ["https://user:SEC/RET@h", "https://<secret>"],
    ["https://user:SEC?RET@h", "https://<secret>"],
    [" HTTPS:\\\\user:SECRET@h\\x", "HTTPS:\\\\<secret>@h/<secret>"],
    ["https://h/x?token=SEC RET\nSECRET", "https://h/<secret>"],
    ["user:SECRET@h", "<secret>@h"],
    ["user:SEC@RET@h", "<secret>@h"],
    ["/etc/lightsout/targets.json", "/etc/lightsout/targets.json"],
    ["", ""],
  ])("%j is %j", (text, expected) => {
    expect(hideUrlSecrets(text)).toBe(expected);
  });
});

describe("an address without its secrets", () => {
  it.each([
    ["10.0.0.300", "10.0.0.300"],
    ["10.0.0.0/24", "10.0.0.0/24"],
    ["https://n1", "https://n1"],
    ["https://n1/SECRET", "https://n1/<secret>"],
    ["n1/x?token=SECRET", "n1/<secret>"],
    ["n1?SECRET", "n1/<secret>"],
    ["n1#SECRET", "n1/<secret>"],
    ["user:SECRET@n1/SECRET", "<secret>@n1/<secret>"],
  ])("%j is %j", (text, expected) => {
    expect(hideAddressSecrets(text)).toBe(expected);
  });
});
