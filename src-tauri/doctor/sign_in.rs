//! The session server takes the sign-in, where it wants one.

use super::answers;
use super::cause::Cause;
use super::check::Finding;
use super::context::Context;

/// Asks for the list of sessions, which wants the same sign-in as creating one.
pub async fn check(context: &mut Context) -> Finding {
    let (Some(base), Some(asker)) = (context.base.clone(), context.asker.clone()) else {
        return Finding::skipped("There is no session server.");
    };
    if context.list.is_none() {
        let url = base.call("live/sessions");
        match asker.get(url.clone()).await {
            Ok(list) => context.list = Some(list),
            Err(fault) => return answers::of_fault(context, &url, fault).await,
        }
    }
    let status = context.list.as_ref().map_or(0, |list| list.status);
    let finding = of_status(status, context.signed_in, context.target.session.is_some());
    if finding.cause.is_some() { finding.about(context.api_host()) } else { finding }
}

fn of_status(status: u16, signed_in: bool, joins: bool) -> Finding {
    match (status, signed_in) {
        (401 | 403, _) if joins => Finding::ok("Creating sessions wants a sign-in, joining one does not."),
        (401 | 403, false) => Finding::failed(Cause::SignInRequired, format!("HTTP status {status}, and none is set.")),
        (401 | 403, true) => {
            Finding::failed(Cause::SignInRefused, format!("HTTP status {status} with the one that is set."))
        }
        (_, true) => Finding::ok("The sign-in is taken."),
        (_, false) => Finding::ok("None is wanted."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_refused_and_taken_are_told_apart() {
        assert_eq!(of_status(401, false, false).cause, Some(Cause::SignInRequired));
        assert_eq!(of_status(401, true, false).cause, Some(Cause::SignInRefused));
        assert_eq!(of_status(403, true, false).cause, Some(Cause::SignInRefused));
        assert_eq!(of_status(401, false, true).cause, None);
        assert_eq!(of_status(200, true, false).cause, None);
        assert_eq!(of_status(404, false, false).cause, None, "older services may have no list");
    }
}
