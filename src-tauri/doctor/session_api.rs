//! What answers is a session API, and not a web site, another service, or a network's sign-in page.

use url::Url;

use super::answers;
use super::cause::Cause;
use super::check::Finding;
use super::context::{Context, Health};
use super::probe::http::Answer;

/// What pages of networks that want a sign-in first have in them.
const PORTAL_WORDS: [&str; 3] = ["wispaccessgatewayparam", "captive", "hotspot"];

/// Tells this project's server, an older one, and something else.
pub async fn check(context: &mut Context) -> Finding {
    let (Some(base), Some(asker), Some(first)) =
        (context.base.clone(), context.asker.clone(), context.first_answer.clone())
    else {
        return Finding::skipped("There is no answer.");
    };
    let host = context.api_host();
    let url = base.call("live/health");
    if is_portal(&first, &url) {
        return Finding::failed(Cause::CaptivePortal, format!("A web page came back: {}.", first.seen())).about(host);
    }
    if let Some(health) = health(&first) {
        let version = first.json().and_then(|json| Some(json.get("version")?.as_str()?.to_owned())).unwrap_or_default();
        let livekit = if health.reachable { "it reaches LiveKit" } else { "it does not reach LiveKit" };
        context.health = Some(health);
        return Finding::ok(format!("Donfra's session server {version}; {livekit}."));
    }
    // Older services have no health, but a list.
    let url = base.call("live/sessions");
    let list = match asker.get(url.clone()).await {
        Ok(list) => list,
        Err(fault) => return answers::of_fault(context, &url, fault).await,
    };
    let finding = of_list(&list, &url).about(host);
    context.list = Some(list);
    finding
}

/// What a session server says of itself, if this is it.
pub fn health(answer: &Answer) -> Option<Health> {
    let json = answer.json()?;
    json.get("status")?.as_str()?;
    let livekit = json.get("livekit")?;
    Some(Health {
        reachable: livekit.get("reachable")?.as_bool()?,
        key_accepted: livekit.get("key_accepted").and_then(serde_json::Value::as_bool),
    })
}

fn of_list(list: &Answer, url: &Url) -> Finding {
    let sessions = list.json().is_some_and(|json| json.get("sessions").is_some_and(serde_json::Value::is_array));
    match list.status {
        _ if is_portal(list, url) => {
            Finding::failed(Cause::CaptivePortal, format!("A web page came back: {}.", list.seen()))
        }
        200..=299 if sessions => Finding::ok("A session API without this project's additions."),
        401 | 403 => Finding::ok("It wants a sign-in."),
        500..=599 if !list.is_html() => {
            Finding::failed(Cause::ApiFailed, format!("The list of sessions: {}.", list.seen()))
        }
        _ if list.is_html() => {
            Finding::failed(Cause::NotASessionApi, format!("A web page came back: {}.", list.seen()))
        }
        _ => Finding::failed(Cause::NotASessionApi, format!("It has no list of sessions: {}.", list.seen())),
    }
}

/// Whether a network put its own page in the place of the server's answer. Only over plain HTTP can it do so unseen.
fn is_portal(answer: &Answer, url: &Url) -> bool {
    if answer.status == 511 {
        return true;
    }
    if url.scheme() != "http" {
        return false;
    }
    let elsewhere = |location: &Url| location.host_str().is_some_and(|host| Some(host) != url.host_str());
    if matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return answer.location.as_ref().is_some_and(elsewhere);
    }
    if !answer.is_html() {
        return false;
    }
    let page = answer.text().to_lowercase();
    PORTAL_WORDS.iter().any(|word| page.contains(word)) || leads_to(&page, url).as_ref().is_some_and(elsewhere)
}

/// Where a page sends its reader by itself.
fn leads_to(page: &str, base: &Url) -> Option<Url> {
    let refresh = page.contains("http-equiv=\"refresh\"") || page.contains("http-equiv=refresh");
    let after = match page.find("url=").filter(|_| refresh) {
        Some(at) => &page[at + 4..],
        None => &page[page.find("location.href").or_else(|| page.find("location.replace"))?..],
    };
    let start = after.find("http")?;
    let end = after[start..].find(['"', '\'', '>', ';', ')', ' ']).unwrap_or(after.len() - start);
    base.join(&after[start..start + end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, kind: &str, location: Option<&str>, body: &str) -> Answer {
        Answer {
            status,
            content_type: kind.into(),
            location: location.map(|location| Url::parse(location).unwrap()),
            clock: None,
            body: body.into(),
        }
    }

    fn url() -> Url {
        Url::parse("http://live.example:8080/api/live/sessions").unwrap()
    }

    #[test]
    fn portals_are_told_from_web_sites() {
        let html = |body: &str| answer(200, "text/html", None, body);
        for portal in [
            answer(511, "text/html", None, ""),
            answer(302, "", Some("http://login.hotel.example/"), ""),
            html("<html><!-- <WISPAccessGatewayParam> --></html>"),
            html("<html><meta http-equiv=\"refresh\" content=\"0; url=http://10.1.0.1/login\"></html>"),
            html("<html><script>window.location.href=\"http://portal.example/\"</script></html>"),
        ] {
            assert!(is_portal(&portal, &url()), "{portal:?}");
        }
        for other in [
            html("<html>Welcome to nginx!</html>"),
            answer(302, "", Some("http://live.example:8080/login"), ""),
            answer(404, "text/plain", None, "captive"),
            html("<html><meta http-equiv=\"refresh\" content=\"0; url=http://live.example/app\"></html>"),
        ] {
            assert!(!is_portal(&other, &url()), "{other:?}");
        }
        let safe = Url::parse("https://live.example/api/live/sessions").unwrap();
        assert!(!is_portal(&answer(302, "", Some("https://sso.example/"), ""), &safe), "TLS shows who answers");
    }

    #[test]
    fn a_session_api_is_known_by_its_list() {
        let cause = |answer: Answer| of_list(&answer, &url()).cause;
        assert_eq!(cause(answer(200, "application/json", None, r#"{"sessions":[],"total_count":0}"#)), None);
        assert_eq!(cause(answer(401, "application/json", None, "{}")), None);
        assert_eq!(cause(answer(200, "application/json", None, "{}")), Some(Cause::NotASessionApi));
        assert_eq!(cause(answer(404, "text/plain", None, "404 page not found")), Some(Cause::NotASessionApi));
        assert_eq!(cause(answer(200, "text/html", None, "<html>")), Some(Cause::NotASessionApi));
        assert_eq!(cause(answer(503, "application/json", None, "{}")), Some(Cause::ApiFailed));
    }

    #[test]
    fn health_is_read_with_and_without_the_key() {
        let read = |body: &str| health(&answer(200, "application/json", None, body));
        let full = r#"{"status":"degraded","livekit":{"reachable":true,"key_accepted":false}}"#;
        assert_eq!(read(full), Some(Health { reachable: true, key_accepted: Some(false) }));
        let older = r#"{"status":"ok","livekit":{"reachable":true}}"#;
        assert_eq!(read(older), Some(Health { reachable: true, key_accepted: None }));
        assert_eq!(read(r#"{"status":"ok"}"#), None);
    }
}
