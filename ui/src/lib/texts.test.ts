import { expect, it } from "vitest";
import { deviceProblem, initials } from "./texts";

it("words only what is a problem", () => {
  expect(deviceProblem("camera", { kind: "on", name: "Cam" })).toBeNull();
  expect(deviceProblem("camera", { kind: "missing" })).toBe("No camera found");
  expect(deviceProblem("camera", { kind: "busy", name: "Cam" })).toBe("Another program uses the camera");
  expect(deviceProblem("microphone", { kind: "failed", message: "ENODEV" })).toBe("The microphone failed: ENODEV");
});

it("takes initials of any script", () => {
  expect(initials("Ada Lovelace")).toBe("AL");
  expect(initials("  grace  brewster hopper ")).toBe("GH");
  expect(initials("李雷")).toBe("李");
  expect(initials("🦊 fox")).toBe("🦊F");
  expect(initials("")).toBe("?");
});
