use super::*;

fn sentences(cause: Cause) -> [(&'static str, &'static str); 4] {
    let known = cause.knowledge();
    [("message", known.message), ("why", known.why), ("host", known.host), ("guest", known.guest)]
}

#[test]
fn every_cause_is_known_in_whole_sentences() {
    for cause in Cause::ALL {
        for (what, text) in sentences(*cause) {
            let place = format!("{} {what}: {text}", cause.code());
            assert!(
                text.starts_with(|first: char| first.is_uppercase()
                    || "\"`".contains(first)
                    || first == 'l'
                    || first == 'h'),
                "{place}"
            );
            assert!(text.ends_with('.'), "{place}");
            assert!(text.len() < 230 && !text.contains("  "), "{place}");
        }
        let message = cause.knowledge().message;
        assert_eq!(
            message.replace("http://localhost:8080/api", "").matches(". ").count(),
            0,
            "one sentence: {message}"
        );
    }
}

#[test]
fn about_stands_in_its_place() {
    let known = Cause::ApiNotRunning.knowledge();
    assert_eq!(known.message(Some("h:1")), "Nothing listens at h:1, where the session server should be.");
    assert!(!known.message(None).contains('{'));
}

#[test]
fn the_sentences_of_logs_are_explained() {
    let causes = |text: &str| sentence(text).map(|sentence| sentence.causes);
    assert!(causes("ERROR could not restart participant {\"pID\": 1}").unwrap().contains(&Cause::MediaBlocked));
    assert!(causes("reason: SIGNAL_SOURCE_CLOSE").unwrap().contains(&Cause::TokenExpired));
    assert_eq!(causes("secret is too short, should be at least 32 characters").unwrap(), [Cause::SecretTooShort]);
    assert!(causes("ICE candidate \"state\": \"failed\"").unwrap().contains(&Cause::IceAddressInsideDocker));
    assert_eq!(causes("all is well"), None);
}
