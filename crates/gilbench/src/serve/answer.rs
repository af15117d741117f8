//! What is answered to a request for a site: one of its files, or why not.
//!
//! The files are those that were rendered, by their names: no path leads anywhere else, and no folder has a list. Only a
//! browser that was told to ask this machine is answered: a page of elsewhere whose name was made to lead here (DNS
//! rebinding) comes with that name in `Host`.

use std::collections::BTreeMap;
use std::path::Path;

use gilbench_report::Site;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

/// Names for this machine.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// A page asks nobody but the site itself, as it does when it is opened as a file.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

const TEXT: &str = "text/plain; charset=utf-8";

/// The files of a site, by their paths: `workloads/sum-squares.html`.
pub(super) struct Pages(BTreeMap<String, Bytes>);

impl Pages {
    pub(super) fn of(site: Site) -> Self {
        let shown = site.files.into_iter().filter(|(path, _)| !is_hidden(path));
        Self(shown.map(|(path, content)| (path.to_string_lossy().into_owned(), content.into())).collect())
    }

    /// Answers. Whether the body is sent is for the connection to know: of `HEAD`, it is not.
    pub(super) fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        if !is_for_us(request) {
            let words = "This server answers to localhost, 127.0.0.1 and [::1] only.\n";
            return response(StatusCode::MISDIRECTED_REQUEST, TEXT, words.into());
        }
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            let words = "This server has pages to read, and nothing else.\n";
            let mut response = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, words.into());
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let path = request.uri().path().trim_start_matches('/');
        let path = percent_decode_str(path).decode_utf8().unwrap_or_default();
        let path = if path.is_empty() { "index.html" } else { &*path };
        match self.0.get(path) {
            Some(content) => response(StatusCode::OK, kind(path), content.clone()),
            None => response(StatusCode::NOT_FOUND, kind(".html"), MISSING.into()),
        }
    }
}

/// What is no part of the site for a reader.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether the name that the browser was given is one of this machine. The port does not matter: it may be forwarded.
fn is_for_us<B>(request: &Request<B>) -> bool {
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    named.is_some_and(|named| LOCAL.iter().any(|local| named.host().eq_ignore_ascii_case(local)))
}

/// The media type of a file, by the ending of its name.
fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("jsonl") => "application/jsonl",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("csv") => "text/csv; charset=utf-8",
        Some("txt" | "md") => TEXT,
        _ => "application/octet-stream",
    }
}

const MISSING: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>No such page · gilbench</title>\n\
    <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/assets/style.css\">\n</head>\n<body>\n<main>\n\
    <h1>No such page</h1>\n<p>The report has no page of this name. <a href=\"/index.html\">To its first page</a></p>\n\
    </main>\n</body>\n</html>\n";

fn response(status: StatusCode, kind: &'static str, content: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(content));
    *response.status_mut() = status;
    let headers = [
        (CONTENT_TYPE, kind),
        // The next report is served under the same address.
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    response.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}
