// A backend without the app, for looking at the UI in a browser: `npm run dev`, then /dev.html?state=…&theme=….

import { fakeStatistics } from "./fake-statistics";
import { BackendError, type Backend } from "../lib/backend";
import { FakeChat } from "./fake-chat";
import { examine } from "./fake-doctor";
import type {
  ChosenDevices,
  DeviceState,
  DoctorUpdate,
  EndReason,
  Invite,
  LayoutChoice,
  LiveList,
  LiveSessions,
  Meters,
  Participant,
  SessionPatch,
  SessionState,
  SettingsView,
  Theme,
  TileLayout,
} from "../lib/bindings";

const id = "4f0c6a5e-93d1-4be0-a1c4-2d7f8e5b9a36";
const names = [
  "Ada Lovelace",
  "Grace Hopper",
  "Alan Turing",
  "Katherine Johnson",
  "Edsger Dijkstra",
  "Barbara Liskov",
  "Donald Knuth",
  "Radia Perlman",
  "Linus Torvalds",
  "Margaret Hamilton",
  "Tim Berners-Lee",
  "Frances Allen",
];

function person(index: number): Participant {
  return {
    identity: `person-${index}`,
    name: names[index % names.length] ?? "?",
    role: index === 0 ? "host" : "viewer",
    is_local: index === 0,
    speaking: index === 1,
    microphone: index % 3 === 2 ? "muted" : "on",
    camera: index % 4 === 3 ? "off" : "on",
    screen: "off",
    quality: index === 4 ? "poor" : "good",
    hand_raised_at: index === 2 ? 1 : null,
  };
}

const camera: DeviceState = { kind: "on", name: "HD Webcam" };

const session = (people: number, change: Partial<SessionState> = {}): SessionState => ({
  sequence: 1,
  phase: { kind: "connected" },
  session_id: id,
  title: "Physics, Tuesday evening",
  role: "host",
  can_publish: true,
  participants: Array.from({ length: people }, (_, index) => person(index)),
  camera,
  microphone: { kind: "on", name: "Headset" },
  screen: { kind: "off" },
  speaker: { kind: "on", name: "Headset" },
  health: { own: "good", blame: { kind: "none" }, measure: "none" },
  silenced: null,
  asked: null,
  locked: null,
  encrypted: null,
  ...change,
});

const idle = session(0, { phase: { kind: "idle" }, session_id: null, title: null, camera: { kind: "off" } });

/** As many sessions that are on. */
const live = (count: number): LiveList => ({
  kind: "current",
  total: count,
  sessions: Array.from({ length: count }, (_, index) => ({
    session_id: `${index}`.padStart(8, "0") + id.slice(8),
    title: index === 2 ? null : `Lesson ${index + 1}`,
    owner_name: names[index % names.length] ?? null,
    created_at: new Date(Date.now() - index * 5_000_000).toISOString(),
    participants: index === 1 ? null : index * 7 + 1,
  })),
});

const invite = (lan: boolean): Invite => ({
  session_id: id,
  reach: lan ? "server" : "this_computer",
  server: "http://192.168.1.20:8080/api",
  key_words: lan ? "amused basic cactus dolphin erupt fabric giggle" : null,
  link: lan ? `donfra://join/${id}?api=http%3A%2F%2F192.168.1.20%3A8080%2Fapi` : null,
  // No real one: only the place it takes.
  code: lan ? { size: 33, path: "M0 0h7v7h-7zM26 0h7v7h-7zM0 26h7v7h-7zM9 9h15v15h-15z" } : null,
});

/** The state that the address asks for. */
function initial(name: string): SessionState {
  const [kind, detail] = name.split("-", 2) as [string, string | undefined];
  const sharing = session(5);
  switch (kind) {
    case "session":
      return session(Number(detail ?? 4));
    case "share":
      return {
        ...sharing,
        participants: sharing.participants.map((p, i) => (i === 2 ? { ...p, screen: "on" } : p)),
      };
    case "own":
      return { ...session(3), screen: { kind: "on", name: "Screen 1" } };
    case "problems":
      return session(2, {
        camera: { kind: "busy", name: "HD Webcam" },
        microphone: { kind: "missing" },
        speaker: { kind: "missing" },
      });
    case "viewer":
      return session(3, { role: "viewer", can_publish: false, camera: { kind: "off" }, microphone: { kind: "off" } });
    case "reconnecting":
      return session(4, { phase: { kind: "reconnecting", stage: "resuming", attempt: 1, gives_up_in_s: 90 } });
    case "weak":
      return session(4, {
        health: { own: "good", blame: { kind: "others", identities: ["person-2"] }, measure: "receiving_less" },
      });
    case "locked":
      return session(4, {
        encrypted: {
          code: "418 220 937",
          other_key: detail === "other",
          others: detail ? ["person-2"] : [],
          unencrypted: detail === "plain" ? ["person-3"] : [],
        },
      });
    case "connecting":
      return { ...idle, phase: { kind: "connecting", step: "asking_api" } };
    case "ended":
      return session(0, { phase: { kind: "ended", reason: (detail ?? "ended_by_host") as EndReason } });
    default:
      return idle;
  }
}

/** Tells what the layer under the page would draw. */
export type Drawn = (tiles: TileLayout[]) => void;

export function fakeBackend(query: URLSearchParams, drawn: Drawn): Backend {
  let state = initial(query.get("state") ?? "home");
  let tiles: TileLayout[] = [];
  let view: SettingsView = {
    settings: {
      name: "Ada Lovelace",
      theme: (query.get("theme") ?? "system") as Theme,
      notifications: "on",
      server: query.has("url")
        ? { kind: "remote", url: query.get("url") ?? "" }
        : { kind: "this_computer", lan: query.has("lan") },
      devices: { camera: null, microphone: { id: "gone", name: "Headset that is not here" }, speaker: null },
      layout: {
        choice: (query.get("layout") ?? "auto") as LayoutChoice,
        hide_self: query.has("hideself"),
        hide_without_video: query.has("hideoff"),
      },
    },
    api_override: query.get("api"),
    keyring_available: !query.has("nokeyring"),
    credential: "none",
    notice: null,
  };
  const patches = new Set<(patch: SessionPatch) => void>();
  const meters = new Set<(meters: Meters) => void>();
  const lists = new Set<(update: LiveSessions) => void>();
  const doctors = new Set<(update: DoctorUpdate) => void>();
  let frames = 0;

  function reset(next: SessionState) {
    state = { ...next, sequence: state.sequence + 1 };
    for (const listener of patches) listener({ sequence: state.sequence, change: { kind: "reset", state } });
  }

  function device(name: "camera" | "microphone" | "screen", on: boolean) {
    reset({ ...state, [name]: on ? { kind: "on", name: "Test" } : { kind: "off" } });
  }

  async function into(next: SessionState) {
    for (const step of ["starting_host", "asking_api", "joining_room"] as const) {
      reset({ ...idle, phase: { kind: "connecting", step } });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    reset(next);
  }

  setInterval(() => {
    frames += 6;
    const measured: Meters = {
      levels: state.participants.map((p) => ({ identity: p.identity, level: p.speaking ? Math.random() : 0.04 })),
      tiles: tiles.map(({ tile }) => ({
        tile,
        frames,
        width: tile.source === "screen" ? 1920 : 640,
        height: tile.source === "screen" ? 1200 : 360,
      })),
    };
    for (const listener of meters) listener(measured);
  }, 200);

  const chat = new FakeChat(() => state.participants, query);
  if (query.has("chat"))
    setTimeout(() => {
      chat.tell({ kind: "reaction", identity: "person-1", emoji: "👏" });
    }, 300);

  const refused = new BackendError({
    code: "session_id_invalid",
    message: "There is no session id in this text.",
    why: null,
    hint: "Paste the id or the invitation that the host sent you.",
    action: null,
  });

  const unreachable = new BackendError({
    code: "livekit_not_running",
    message: "Nothing answers at 192.168.1.20:7880, where LiveKit should be.",
    why: "The session server gave this address, but the port is closed there.",
    hint: "Tell the host that LiveKit is not running.",
    action: "run_doctor",
  });

  return {
    ...chat.backend,
    startup: async () => ({ version: "0.1.0", name: view.settings.name, join: null }),
    checkSdk: async () => {},
    sessionSnapshot: async () => state,
    useSessionKey: async () => {},
    renewSessionKey: async () => {},
    createSession: async () => {
      if (query.has("doctor")) throw unreachable;
      await into(session(1));
    },
    joinSession: async (input) => {
      if (!input.includes("-")) throw refused;
      await into(session(3));
    },
    rejoinSession: () => into(session(3)),
    lastSession: async () =>
      query.has("last")
        ? { session_id: id, title: state.title, role: "host", left_at: new Date().toISOString(), how: "crashed" }
        : null,
    forgetLastSession: async () => {},
    watchLiveSessions: async (on) => {
      if (!on || !query.has("live")) return;
      const list = live(Number(query.get("live")));
      for (const listener of lists) listener({ list });
    },
    recentSessions: async () =>
      query.has("recent")
        ? ["Physics, Monday evening", null].map((title, index) => ({
            session_id: `${index}${id.slice(1)}`,
            title,
            role: index === 0 ? "host" : "viewer",
            joined_at: new Date(Date.now() - (index * 30 + 1) * 3_600_000).toISOString(),
            server: "live.example.org",
            link: `donfra://join/${index}${id.slice(1)}`,
          }))
        : [],
    forgetRecentSession: async () => {},
    invite: async () => invite(query.has("lan")),
    onLiveSessions: async (listener) => {
      lists.add(listener);
      return () => lists.delete(listener);
    },
    moderate: async () => {},
    muteAll: async () => {},
    lockSession: async (locked) => reset({ ...state, locked }),
    leaveSession: async () => reset({ ...idle, session_id: id, phase: { kind: "ended", reason: "left" } }),
    endSession: async () => reset({ ...idle, phase: { kind: "ended", reason: "ended_by_host" } }),
    dismissEnd: async () => reset(idle),
    setMicrophone: async (on) => device("microphone", on),
    setCamera: async (on) => device("camera", on),
    setScreen: async (on) => device("screen", on),
    raiseHand: async (up) =>
      reset({
        ...state,
        participants: state.participants.map((p) =>
          p.is_local ? { ...p, hand_raised_at: up ? Date.now() : null } : p,
        ),
      }),
    setTiles: async (next) => {
      tiles = next;
      drawn(next);
    },
    statistics: async () => fakeStatistics(state.participants),
    watchStatistics: async () => undefined,
    copyText: async () => undefined,
    devices: async () => ({
      cameras: [{ id: "cam", name: "Integrated Webcam" }],
      microphones: [
        { id: "built-in", name: "Built-in Audio Analogue Stereo" },
        { id: "desk", name: "Desk Microphone" },
      ],
      speakers: [{ id: "built-in", name: "Built-in Audio Analogue Stereo" }],
    }),
    chooseDevice: async (device, choice) => {
      const devices: ChosenDevices = { ...view.settings.devices, [device]: choice };
      return (view = { ...view, settings: { ...view.settings, devices } });
    },
    chooseLayout: async (layout) => (view = { ...view, settings: { ...view.settings, layout } }),
    settings: async () => view,
    saveSettings: async (settings) => (view = { ...view, settings }),
    setCredential: async (kind) => (view = { ...view, credential: kind }),
    clearCredential: async () => (view = { ...view, credential: "none" }),
    startDoctor: () => examine(query.get("doctor") ?? "broken", (update) => doctors.forEach((told) => told(update))),
    doctor: async () => ({ run: 0, running: false, checks: [], report: null }),
    stopDoctor: async () => undefined,
    reportText: async () => "Donfra Live connection check",
    saveReport: async () => "/tmp/donfra-live-connection.txt",
    onDoctor: async (listener) => {
      doctors.add(listener);
      return () => doctors.delete(listener);
    },
    lanAddress: async () => (query.has("lan") ? "http://192.168.1.20:8080/api" : null),
    videoLayer: async () => ({ kind: "native" }),
    setBackdrop: async () => undefined,
    onPatch: async (listener) => {
      patches.add(listener);
      return () => patches.delete(listener);
    },
    onStatistics: async () => () => undefined,
    onMeters: async (listener) => {
      meters.add(listener);
      return () => meters.delete(listener);
    },
  };
}
