//! Talking beside talking, between windows.

mod files;
mod missed;
mod notices;
mod other_makes;

use donfra_testbed::eventually;

use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person, tile};

/// The text of a message that shows in a window, once it does.
async fn reads(window: &Window<'_>, text: &str) {
    eventually(&format!("“{text}” shows"), async || {
        texts(window).await.iter().any(|shown| shown == text).then_some(())
    })
    .await;
}

/// The texts of the messages that show.
async fn texts(window: &Window<'_>) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[data-testid=message]')].map((message) => \
                  message.querySelector('[data-testid=message-text]')?.innerText.trim() ?? '(deleted)')";
    serde_json::from_value(window.run(script).await).unwrap_or_default()
}

/// Writes and sends.
async fn write(window: &Window<'_>, text: &str) {
    window.fill(&id("chat-input"), text).await;
    window.click(&id("chat-send")).await;
}

/// Chooses who is written to, by name.
async fn choose(window: &Window<'_>, name: &str) {
    let script = format!(
        "const list = document.querySelector('[data-testid=chat-to]'); \
         const option = [...list.options].find((option) => option.text === '{name}'); \
         if (!option) return false; list.value = option.value; \
         list.dispatchEvent(new Event('change', {{ bubbles: true }})); return true"
    );
    eventually(&format!("{name} can be chosen"), async || (window.run(&script).await == true).then_some(())).await;
}

/// Presses a button of the message with this text.
async fn press(window: &Window<'_>, text: &str, button: &str) {
    let script = format!(
        "const message = [...document.querySelectorAll('[data-testid=message]')].find((message) => \
         message.innerText.includes('{text}')); \
         const button = message?.querySelector('[data-testid={button}]'); button?.click(); return Boolean(button)"
    );
    eventually(&format!("{button} of “{text}”"), async || (window.run(&script).await == true).then_some(())).await;
}

#[tokio::test]
async fn three_people_write_react_and_raise_hands() {
    let stage = Stage::set("chat").await;
    let servers = Servers::start(&stage.folder).await;
    let api = ["--api", &servers.api, "--name"];
    let of = |name| [api[0], api[1], api[2], name];
    // Stands for the system's browser.
    let (programs, opened) = (stage.folder.join("programs"), stage.folder.join("opened"));
    std::fs::create_dir_all(&programs).unwrap();
    let browser = format!("#!/bin/sh\necho \"$@\" >> '{}'\n", opened.display());
    std::fs::write(programs.join("xdg-open"), browser).unwrap();
    let runs = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(programs.join("xdg-open"), runs).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &of("Ada"), x: 0 };
    let ada = Window::start_with(&stage, start, |command| {
        command.env("PATH", &path);
    })
    .await;
    let session = ada.create().await;
    let join = |name| ["join", &session, "--name", name, "--api", &servers.api];
    let bob =
        Window::start(&stage, Start { name: "bob", hue: 240., tone: 960, arguments: &join("Bob"), x: 1100 }).await;
    ada.sees(&person("Bob")).await;
    let bob_is = ada.attribute(&person("Bob"), "data-identity").await;

    // To all, with the panel closed at the other's: counted, announced, and read.
    ada.click(&id("toggle-chat")).await;
    write(&ada, "Good evening").await;
    reads(&ada, "Good evening").await;
    bob.sees("[data-testid=toggle-chat][data-unread='1']").await;
    assert_eq!(bob.text(&id("chat-announcement")).await, "Ada: Good evening");
    bob.click(&id("toggle-chat")).await;
    reads(&bob, "Good evening").await;

    // Lines, code and a link; what looks like markup is text.
    let code = "Look\\n```rust\\nfn main() {\\n    a();\\n}\\n```\\n<b>https://example.org/a</b>";
    let script = format!(
        "const field = document.querySelector('[data-testid=chat-input]'); field.value = '{code}'; \
         field.dispatchEvent(new Event('input', {{ bubbles: true }}))"
    );
    bob.run(&script).await;
    bob.click(&id("chat-send")).await;
    ada.sees("[data-testid=message] pre code").await;
    assert_eq!(ada.run("return document.querySelector('pre code').textContent").await, "fn main() {\n    a();\n}");
    assert_eq!(ada.text(&id("message-link")).await, "https://example.org/a");
    assert!(!ada.has("[data-testid=message] b").await);
    ada.click(&id("copy-code")).await;
    let said = "return [...document.querySelectorAll('[data-testid=message] [role=status]')].map((e) => e.textContent)";
    eventually("the code is copied", async || ada.run(said).await.as_array()?.iter().find(|s| *s == "Copied").cloned())
        .await;
    ada.click(&id("message-link")).await;
    eventually("the link is opened in the browser", async || {
        (std::fs::read_to_string(&opened).ok()?.trim() == "https://example.org/a").then_some(())
    })
    .await;
    ada.sees(&id("messages")).await;

    // Changed and deleted by its author, everywhere.
    write(&bob, "teh end").await;
    reads(&ada, "teh end").await;
    assert!(!ada.has("[data-testid=message][data-from=Bob] [data-testid=edit-message]").await);
    press(&bob, "teh end", "edit-message").await;
    write(&bob, "the end").await;
    ada.sees("[data-testid=message][data-from=Bob][data-edited=true]").await;
    reads(&ada, "the end\n(changed)").await;
    write(&bob, "a slip").await;
    reads(&ada, "a slip").await;
    press(&bob, "a slip", "delete-message").await;
    press(&bob, "a slip", "confirm-delete-message").await;
    ada.sees("[data-testid=message][data-from=Bob][data-deleted=true]").await;
    assert!(!texts(&ada).await.iter().any(|text| text.contains("slip")));

    // To one only.
    choose(&ada, "Bob").await;
    write(&ada, "Between us").await;
    reads(&bob, "Between us").await;
    bob.sees("[data-testid=message][data-private=true]").await;

    // Who comes later is told what was written to all, and by whom it is told.
    let eve = Window::start(&stage, Start { name: "eve", hue: 60., tone: 720, arguments: &join("Eve"), x: 0 }).await;
    ada.sees(&person("Eve")).await;
    eve.click(&id("toggle-chat")).await;
    reads(&eve, "Good evening").await;
    reads(&eve, "the end\n(changed)").await;
    let told = texts(&eve).await;
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(!told.iter().any(|text| text.contains("Between") || text.contains("slip")), "{told:?}");
    // Ada, the host, told her own words and Bob's.
    // That is no news.
    assert!(eve.has("[data-testid=toggle-chat][data-unread='0']").await);
    assert!(eve.has("[data-testid=message][data-from=Ada][data-told=false]").await);
    assert!(eve.has("[data-testid=message][data-from=Bob][data-told=true]").await);
    write(&eve, "Sorry, I am late").await;
    reads(&ada, "Sorry, I am late").await;
    reads(&bob, "Sorry, I am late").await;

    // Hands, in the order in which they went up, and down again.
    let eve_is = ada.attribute(&person("Eve"), "data-identity").await;
    let place =
        |identity: &str, place: u32| format!("{} [data-testid=hand][data-place='{place}']", tile(identity, "camera"));
    bob.click(&id("toggle-hand")).await;
    ada.sees(&place(&bob_is, 1)).await;
    eve.click(&id("toggle-hand")).await;
    for window in [&ada, &bob, &eve] {
        window.sees(&place(&bob_is, 1)).await;
        window.sees(&place(&eve_is, 2)).await;
    }
    stage.screen.save(&stage.folder.join("hands.png"));
    bob.click("[data-testid=toggle-hand][aria-pressed=true]").await;
    ada.sees(&place(&eve_is, 1)).await;
    ada.sees_no(&place(&bob_is, 1)).await;

    // A reaction shows for some seconds.
    bob.click(&id("open-reactions")).await;
    bob.click("[data-testid=react][data-emoji='👏']").await;
    ada.sees(&format!("{} [data-testid=reaction]", tile(&bob_is, "camera"))).await;
    stage.screen.save(&stage.folder.join("reaction.png"));
    ada.sees_no(&id("reaction")).await;

    // Who may not write any more is told so, and is still told what others write.
    servers.silence(&session, &bob_is).await;
    bob.sees("[data-testid=chat-input]:disabled[placeholder='You may not write in this session.']").await;
    choose(&ada, "Everyone").await;
    write(&ada, "Bob may only read").await;
    reads(&bob, "Bob may only read").await;

    ada.close().await;
    bob.close().await;
    eve.close().await;
}
