import { describe, expect, it } from "vitest";
import { person } from "../testing/person";
import { listed } from "./people";

describe("the list of people", () => {
  const people = [
    person("Guest 10"),
    person("Émile", { hand_raised_at: 9 }),
    person("Zoe", { role: "host" }),
    person("Guest 9"),
    person("Yun", { hand_raised_at: 5 }),
    person("Wu", { is_local: true }),
  ];
  const names = (query: string) => listed(people, query).map((one) => one.name);

  it("has oneself first, then hands in their order, hosts, and the others by name", () => {
    expect(names("")).toEqual(["Wu", "Yun", "Émile", "Zoe", "Guest 9", "Guest 10"]);
  });

  it("finds names without case and accents", () => {
    expect(names(" EMI ")).toEqual(["Émile"]);
    expect(names("guest")).toEqual(["Guest 9", "Guest 10"]);
    expect(names("nobody")).toEqual([]);
  });

  it("leaves what it is given as it is", () => {
    const before = [...people];
    listed(people, "");
    expect(people).toEqual(before);
  });
});
