import { describe, expect, it } from "vitest";
import { at, booleanAt, linkAt, linksAt, numberAt, objectsAt, textAt, uriKey } from "../../src/redfish/json.ts";

describe("foreign JSON", () => {
  it.each([
    [12, 12],
    [12.5, 12.5],
    ["12", 12],
    [" -3.5 ", -3.5],
    ["1e3", 1000],
    ["", undefined],
    ["0x1F", undefined],
    ["12 W", undefined],
    ["1e999", undefined],
    ["NaN", undefined],
    [null, undefined],
    [true, undefined],
    [[12], undefined],
    [{}, undefined],
  ])("reads the number of %j", (value, number) => {
    expect(numberAt({ value }, "value")).toBe(number);
  });

  it.each([
    ["a", "a"],
    ["  a\n\tb  ", "a b"],
    ["\u001b[31mred\u0000", "[31mred"],
    [7, "7"],
    ["   ", undefined],
    [null, undefined],
    [false, undefined],
    [["a"], undefined],
    ["x".repeat(300), "x".repeat(256)],
  ])("reads the text of %j", (value, text) => {
    expect(textAt({ value }, "value")).toBe(text);
  });

  it.each([
    [true, true],
    ["False", false],
    ["yes", undefined],
    [1, undefined],
  ])("reads the boolean of %j", (value, boolean) => {
    expect(booleanAt({ value }, "value")).toBe(boolean);
  });

  it.each([
    [{ "@odata.id": "/redfish/v1/Systems/1" }, "/redfish/v1/Systems/1"],
    [{ href: "/rest/v1/Systems/1" }, "/rest/v1/Systems/1"],
    [{ "@odata.id": "https://192.0.2.1/" }, undefined],
    [{ "@odata.id": `/${"x".repeat(3000)}` }, undefined],
    [{ "@odata.id": null }, undefined],
    ["/redfish/v1/Systems/1", undefined],
    [null, undefined],
  ])("reads the link of %j", (value, uri) => {
    expect(linkAt({ value }, "value")).toBe(uri);
  });

  it("does not read properties of a prototype", () => {
    expect(at({}, "constructor")).toBeUndefined();
    expect(textAt({}, "__proto__", "x")).toBeUndefined();
  });

  it("leaves out elements of the wrong type", () => {
    expect(objectsAt({ list: [{ a: 1 }, null, "x", [2]] }, "list")).toEqual([{ a: 1 }]);
    expect(linksAt({ list: [{ "@odata.id": "/a" }, {}, 3] }, "list")).toEqual(["/a"]);
  });

  it("compares URIs without fragment, trailing slash and case", () => {
    expect(uriKey("/redfish/v1/Chassis/1/Thermal/#Fans/0")).toBe(uriKey("/redfish/v1/chassis/1/thermal"));
    expect(uriKey("/redfish/v1/Chassis/1")).not.toBe(uriKey("/redfish/v1/Chassis/10"));
  });
});
