// Every text a person reads, in one place: a translation is another object of this shape.

import type {
  Action,
  Phase,
  Blame,
  Candidate,
  Layer,
  Limit,
  Measure,
  Origin,
  Protocol,
  ConnectStep,
  Device,
  DeviceState,
  EndReason,
  Quality,
} from "./bindings";

type Words = { title: string; text: string };

export const texts = {
  product: "Donfra Live",
  home: {
    headline: "Be there, live.",
    lead: "Start a session, hand over its id, and see and hear each other.",
    name: "Your name",
    nameHint: "Others see it in the session.",
    create: "Create a session",
    createLead: "You become its host.",
    title: "Title",
    titleDefault: (name: string) => (name.trim() ? `${name.trim()}’s session` : "Live session"),
    createButton: "Create Session",
    join: "Join a session",
    joinLead: "With the id that its host sent you.",
    sessionId: "Session id or invitation",
    sessionIdExample: "1b4e28ba-2fa1-11d2-883f-…",
    joinButton: "Join",
    settings: "Settings",
    server: {
      thisComputer: "Sessions you create run on this computer.",
      lan: "Sessions you create run on this computer, open to your network.",
      remote: (url: string) => `Sessions come from ${url}.`,
      override: (url: string) => `Sessions come from ${url}, as the command line says.`,
    },
  },
  lastSession: {
    crashed: (title: string) => `The app ended while you were in “${title}”.`,
    lost: (title: string) => `The connection to “${title}” was lost.`,
    rejoin: "Join again",
    dismiss: "Do not join again",
  },
  connecting: {
    creating: "Creating your session",
    joining: "Joining the session",
    cancel: "Cancel",
    steps: {
      starting_host: "Starting this computer’s server",
      asking_api: "Asking the session server",
      joining_room: "Joining the room",
    } satisfies Record<ConnectStep, string>,
    done: "done",
    now: "in progress",
  },
  session: {
    untitled: "Live session",
    id: "Session id",
    copy: "Copy session id",
    copied: "Copied",
    people: "People",
    showPeople: "Show people",
    hidePeople: "Hide people",
    showStatistics: "Show connection statistics",
    hideStatistics: "Hide connection statistics",
    stage: "Pictures",
    controls: "Controls",
    reconnecting: {
      noticed: "Nothing arrives any more. Reconnecting …",
      resuming: "Connection lost. Reconnecting …",
      rejoining: (attempt: number) =>
        attempt > 1 ? `Connection lost. Joining again, attempt ${attempt} …` : "Connection lost. Joining again …",
      givesUp: (time: string) => `Gives up at ${time}.`,
    },
    invite: "Invite people",
    inviteText: "Send them the session id:",
    inviteLan: "On your network, they also set this session server in their settings:",
    copyAddress: "Copy server address",
    alone: "Nobody else is here yet.",
    joined: (name: string) => `${name} joined`,
    left: (name: string) => `${name} left`,
    manyJoined: (count: number) => `${count} people joined`,
    manyLeft: (count: number) => `${count} people left`,
    others: (count: number) => (count === 1 ? "1 more person" : `${count} more people`),
    morePeople: (count: number) => `Show more (${count} not listed)`,
    dismiss: "Dismiss",
  },
  health: {
    blame: {
      none: "",
      own: "Your connection is weak.",
      server: "The connection of the server is weak.",
    } satisfies Record<Exclude<Blame["kind"], "others">, string>,
    others: (names: string[]) => {
      if (names.length === 1) return `The connection of ${names[0]} is weak.`;
      if (names.length === 2) return `The connections of ${names[0]} and ${names[1]} are weak.`;
      return `The connections of ${names.length} people are weak.`;
    },
    measure: {
      none: "",
      sending_less: "Your camera is sent in lower quality for now.",
      receiving_less: "You see the others smaller or fewer of them for now; you hear them all.",
      audio_only: "You hear the others; their pictures come back when the connection is better.",
    } satisfies Record<Measure, string>,
  },
  statistics: {
    title: "Connection",
    lead: "The last ten minutes, a point every two seconds.",
    close: "Close connection statistics",
    connection: "To the server",
    quality: {
      unknown: "Not measured yet",
      good: "Good",
      fair: "Fair",
      poor: "Poor",
      lost: "Lost",
    } satisfies Record<Quality, string>,
    sending: "Sending",
    receiving: "Receiving",
    path: (protocol: string, local: string, remote: string) => `${protocol}, ${local} to ${remote}`,
    protocols: { udp: "UDP", tcp: "TCP", tls: "TLS" } satisfies Record<Protocol, string>,
    candidates: {
      host: "direct",
      server_reflexive: "behind a router",
      peer_reflexive: "behind a router",
      relay: "by TURN relay",
    } satisfies Record<Candidate, string>,
    roundTrip: "Round trip",
    available: "Could send",
    sent: "Sent",
    received: "Received",
    lossSent: "Lost sending",
    lossReceived: "Lost receiving",
    rateLabel: "Rate",
    rate: (kbps: number) => (kbps < 1000 ? `${kbps} kbit/s` : `${(kbps / 1000).toFixed(1)} Mbit/s`),
    loss: "Loss",
    jitter: "Jitter",
    frames: "Frames/s",
    own: {
      microphone: "Your microphone",
      camera: "Your camera",
      screen: "Your screen",
      screen_sound: "Your screen’s sound",
    } satisfies Record<Origin, string>,
    theirs: {
      microphone: (name: string) => `${name}’s microphone`,
      camera: (name: string) => `${name}’s camera`,
      screen: (name: string) => `${name}’s screen`,
      screen_sound: (name: string) => `Sound of ${name}’s screen`,
    } satisfies Record<Origin, (name: string) => string>,
    layers: { none: "", low: "low layer", medium: "middle layer", high: "full layer" } satisfies Record<Layer, string>,
    limits: {
      none: "",
      cpu: "limited by this computer",
      bandwidth: "limited by bandwidth",
      other: "limited",
    } satisfies Record<Limit, string>,
    dropped: (count: number) => `${count} frames dropped`,
    freezes: (count: number) => `froze ${count}×`,
    concealed: (percent: number) => `${percent} % made up`,
    paused: "held back by the server",
    ended: "Ended",
    nothing: "Nothing is sent or received yet.",
    report: {
      copy: "Copy report",
      save: "Save report",
      copied: "Copied",
      saved: (path: string) => `Saved as ${path}`,
    },
  },
  controls: {
    microphone: "Microphone",
    camera: "Camera",
    screen: "Share screen",
    screenShort: "Screen",
    on: { microphone: "Turn off microphone", camera: "Turn off camera", screen: "Stop sharing your screen" },
    off: { microphone: "Turn on microphone", camera: "Turn on camera", screen: "Share your screen" },
    retry: "Select to try again.",
    viewerOnly: "You are here as a viewer: the host has not let you speak.",
    leave: "Leave",
    leaveHint: "Leave; the others stay",
    end: "End for everyone",
    endShort: "End",
  },
  devices: {
    legend: "Devices",
    names: { camera: "Camera", microphone: "Microphone", screen: "Screen", speaker: "Loudspeaker" } satisfies Record<
      Device,
      string
    >,
    system: "As the system has it",
    gone: (name: string) => `${name} (not connected)`,
    choose: { camera: "Choose a camera", microphone: "Choose microphone and loudspeaker" },
    inUse: (name: string) => `In use: ${name}`,
  },
  confirmEnd: {
    title: "End the session for everyone?",
    text: "Everybody is disconnected, and nobody can join it again.",
    confirm: "End for everyone",
    cancel: "Keep going",
  },
  tile: {
    you: "you",
    host: "Host",
    viewer: "Viewer",
    muted: "Microphone off",
    cameraOff: "Camera off",
    speaking: "Speaking",
    screenOf: (name: string) => `${name}’s screen`,
    ownScreen: "Your screen",
    starting: "Starting camera …",
    waiting: "Waiting for the picture …",
    tooLarge: "The picture is too large to be shown here. Ask for a smaller one.",
    sharing: "You are sharing this screen.",
    quality: {
      unknown: "",
      good: "",
      fair: "Connection is fair",
      poor: "Connection is poor",
      lost: "Connection is lost",
    } satisfies Record<Quality, string>,
  },
  ended: {
    home: "Back to home",
    rejoin: "Join again",
    reasons: {
      left: { title: "You left the session", text: "It goes on without you, and you can join it again." },
      ended_by_host: { title: "The session has ended", text: "A host ended it for everyone." },
      removed: { title: "You were removed", text: "A host removed you from the session." },
      duplicate_identity: {
        title: "You joined from somewhere else",
        text: "The same person can be in a session only once, so this connection was closed.",
      },
      token_refused: {
        title: "The server refused to let you in",
        text: "Your permission is not valid there. Join again to get a new one.",
      },
      room_gone: { title: "The session is gone", text: "Its room was closed. Ask the host for a new one." },
      server_shutdown: { title: "The server was shut down", text: "Try again when it is back." },
      connection_lost: {
        title: "The connection was lost",
        text: "It could not be restored. Check your network and join again.",
      },
      host_failed: {
        title: "The session could not go on",
        text: "The LiveKit server on this computer stopped and does not start again. Create a new session; the connection check says what is in its way.",
      },
    } satisfies Record<EndReason, Words>,
  },
  actions: {
    try_again: "Try again",
    open_settings: "Open settings",
    run_doctor: "Check the connection",
  } satisfies Record<Action, string>,
  doctor: {
    title: "Connection check",
    lead: "Every link from this app to LiveKit and back, in order.",
    subject: (api: string) => `What was checked: ${api}`,
    open: "Check the connection",
    openText: "Finds the first broken link between you and the session, and says what to do.",
    back: "Back",
    run: "Check now",
    again: "Check again",
    stop: "Stop",
    running: "Checking the connection …",
    finding: "Finding out why …",
    progress: (number: number, count: number) => `Check ${number} of ${count}`,
    seeAll: "See every check",
    well: "The connection is well.",
    wellText: "Every link was checked, and sound and picture go out and come back.",
    wellNow: "Every link is well now. Try again.",
    forHost: "If you host, or run the servers",
    forGuest: "If you join",
    copy: "Copy report",
    copied: "The report is copied. It holds no secret.",
    saveText: "Save as text",
    saveJson: "Save as JSON",
    saved: (path: string) => `Saved: ${path}`,
    skipped: (title: string) => `Not checked, because of: ${title}`,
    time: (ms: number) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`),
    states: {
      waiting: "waiting",
      checking: "checking …",
      ok: "well",
      warning: "warning",
      failed: "broken",
      skipped: "skipped",
    },
  },
  settings: {
    title: "Settings",
    lead: "Devices change at once, the rest with the next session.",
    name: "Your name",
    theme: "Appearance",
    themes: { system: "As the system", light: "Light", dark: "Dark" },
    server: "Session server",
    serverOverride: (url: string) =>
      `The command line set ${url} for this run. What you set here counts from the next start without it.`,
    thisComputer: "This computer",
    thisComputerText: "The app runs the server while your session is on.",
    remote: "A server elsewhere",
    remoteText: "Your team’s session server.",
    url: "Address of the session server",
    urlExample: "http://localhost:8080/api",
    lan: "Let people on my network join",
    lanText: "The server listens on your network’s address instead of this computer only.",
    lanSend: "Send them the session id and this server address:",
    lanLater: "The address to send is shown once a session is on.",
    signIn: "Sign-in",
    signInNone: "No sign-in is kept for this server.",
    signInKept: { bearer: "A bearer token is kept for this server.", cookie: "A cookie is kept for this server." },
    signInKind: "Kind",
    bearer: "Bearer token",
    cookie: "Cookie auth_token",
    secret: "Token or cookie value",
    saveSecret: "Keep sign-in",
    clearSecret: "Forget sign-in",
    keyring: "It is kept in the system’s keyring.",
    noKeyring: "This system has no keyring: it is kept for this run only.",
    signInAfterSave: "Save the address first; the sign-in belongs to it.",
    save: "Save",
    cancel: "Cancel",
    close: "Close",
    version: (version: string) => `Version ${version}`,
  },
  errors: {
    internal: { message: "Something went wrong inside the app.", why: null, hint: "Try again.", action: null },
    nameMissing: {
      code: "name_missing",
      message: "Your name is missing.",
      why: null,
      hint: "Enter the name others shall see.",
      action: null,
    },
  },
};

const deviceWords: Record<
  Device,
  { missing: string; busy: string; denied: string; failed: string; unplugged: string }
> = {
  camera: {
    missing: "No camera found",
    busy: "Another program uses the camera",
    denied: "The system does not allow the camera",
    unplugged: "The camera was unplugged",
    failed: "The camera failed",
  },
  microphone: {
    missing: "No microphone found",
    busy: "Another program uses the microphone",
    denied: "The system does not allow the microphone",
    unplugged: "The microphone was unplugged",
    failed: "The microphone failed",
  },
  screen: {
    missing: "No screen to share was found",
    busy: "Another program holds the screen",
    denied: "The system does not allow sharing the screen",
    unplugged: "The shared screen is gone",
    failed: "Sharing the screen failed",
  },
  speaker: {
    missing: "No loudspeaker found: you cannot hear the others",
    busy: "Another program uses the loudspeaker",
    denied: "The system does not allow the loudspeaker",
    unplugged: "The loudspeaker was unplugged",
    failed: "The loudspeaker failed",
  },
};

/** What is wrong with a device, for the person who sits at it; nothing, if nothing is. */
export function deviceProblem(device: Device, state: DeviceState): string | null {
  switch (state.kind) {
    case "off":
    case "starting":
    case "on":
      return null;
    case "failed":
      return state.message ? `${deviceWords[device].failed}: ${state.message}` : deviceWords[device].failed;
    default:
      return deviceWords[device][state.kind];
  }
}

/** How a lost connection is being restored. */
export function reconnecting({ stage, attempt }: Extract<Phase, { kind: "reconnecting" }>): string {
  const words = texts.session.reconnecting;
  return stage === "rejoining" ? words.rejoining(attempt) : words[stage];
}

/** Up to two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = [...(words[0] ?? "")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}
