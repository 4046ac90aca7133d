//! The letter of authorization of a port request.

use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};

use super::run_into;
use crate::document::{FieldError, FieldErrorKind};
use crate::http::kazoo::operation::Operation;
use crate::http::kazoo::request::KazooRequest;
use crate::http::kazoo::wire::error::KazooError;
use crate::http::server::error::RequestError;
use crate::porting::PortRequest;

/// Returns the letter of authorization (LOA) of a port request: a page to print or to save as PDF, or plain text for
/// `Accept: text/plain`.
#[utoipa::path(get, path = "/accounts/{account_id}/port_requests/{port_request_id}/loa", tag = "kazoo",
    operation_id = "kazoo_port_request_loa", security(("auth_token" = [])),
    params(("account_id" = String, Path), ("port_request_id" = String, Path)),
    responses((status = 200, description = "The letter"), (status = 400, description = "The fields that the letter requires and the request lacks"),
        (status = 404, description = "The account has no such request")))]
pub(in crate::http::kazoo) async fn letter(
    headers: HeaderMap,
    request: KazooRequest<(String, String)>,
) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|types| types.to_str().ok()).unwrap_or_default();
    let is_text = quality(accepted, "text/plain") > quality(accepted, "text/html");
    let id = request.path.1.clone();
    run_into(request, Operation::Fetch, move |call| {
        let letter = letter_of(&call.find(&id)?)?;
        Ok(if is_text { (TEXT, letter).into_response() } else { (PAGE, page(&letter)).into_response() })
    })
    .await
}

/// Returns the quality, from 0 to 1, of a type in the value of `Accept` (RFC 9110, section 12.5.1): that of the most
/// specific range that includes it.
fn quality(accepted: &str, name: &str) -> f32 {
    let main = name.split('/').next().unwrap_or_default();
    let range = |text: &str| {
        let mut parts = text.split(';').map(str::trim);
        let (main_range, range) = parts.next()?.split_once('/')?;
        let rank = match (main_range, range) {
            ("*", "*") => 1,
            (of, "*") if of.eq_ignore_ascii_case(main) => 2,
            (of, range) if name.eq_ignore_ascii_case(&format!("{of}/{range}")) => 3,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some((rank, weight.map_or(1.0, quality_of)))
    };
    let best = accepted.split(',').filter_map(range).max_by_key(|(rank, _)| *rank);
    best.map_or(0.0, |(_, quality)| quality)
}

/// Returns the quality that a text states; 0 if it states none.
fn quality_of(text: &str) -> f32 {
    text.parse().ok().filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or(0.0)
}

const TEXT: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "text/plain; charset=utf-8")];

/// The page loads nothing and runs no script.
const PAGE: [(HeaderName, &str); 2] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
];

/// Returns the letter by which the owner authorizes the winning carrier, or the port authority if the request names
/// no winning carrier.
fn letter_of(request: &PortRequest) -> Result<String, KazooError> {
    let authority = request.parties().port_authority.as_ref().and_then(|authority| authority.name.as_deref());
    let winning_carrier = request.winning_carrier().or(authority);
    let mut missing = Vec::new();
    if winning_carrier.is_none() {
        missing.push(FieldError::new("winning_carrier", FieldErrorKind::Missing));
    }
    match request.letter_of_authorization(winning_carrier.unwrap_or_default()) {
        Ok(letter) if missing.is_empty() => Ok(letter),
        Ok(_) => Err(RequestError::Fields(missing).into()),
        Err(others) => {
            missing.extend(others);
            Err(RequestError::Fields(missing).into())
        }
    }
}

/// Returns the letter as a page of HTML that is ready to be printed.
fn page(letter: &str) -> String {
    let (title, body) = letter.split_once('\n').unwrap_or((letter, ""));
    let [title, body] = [title, body.trim_start_matches('\n')].map(escape);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n\
         @page {{ size: letter; margin: 2cm; }}\n\
         body {{ max-width: 17cm; margin: 1cm auto; color: #000; background: #fff; }}\n\
         h1 {{ font: bold 13pt sans-serif; }}\n\
         pre {{ font: 10pt/1.4 monospace; white-space: pre-wrap; overflow-wrap: anywhere; }}\n\
         </style>\n<h1>{title}</h1>\n<pre>\n{body}</pre>\n</html>\n"
    )
}

/// Returns `text` with the characters escaped that have a meaning in HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::quality;

    #[test]
    fn the_type_with_the_higher_quality_is_preferred() {
        let rows = [
            ("", false),
            ("text/plain", true),
            ("Text/Plain;charset=utf-8", true),
            ("text/html, text/plain;q=0.1", false),
            ("text/html;q=0.5, text/plain", true),
            ("text/plain;q=0", false),
            ("text/html, text/plain;q=5", false),
            ("*/*", false),
            ("text/*, text/html;q=0.2", true),
            ("text/plainer", false),
        ];
        for (accepted, is_text) in rows {
            let prefers_text = quality(accepted, "text/plain") > quality(accepted, "text/html");
            assert_eq!(prefers_text, is_text, "{accepted}");
        }
    }
}
