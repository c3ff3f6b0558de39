//! A write that did not come from a page of the panel is refused, on every route that writes.

use axum::http::StatusCode;
use rstest::rstest;

use crate::access::posts;
use crate::cast::{Cast, WHO, Who};
use crate::panel::{Browser, Panel};

/// What a request says of its origin, and whether that is enough. `panel.test` is the panel.
type Said = &'static [(&'static str, &'static str)];

#[rstest]
#[case::another_site(&[("sec-fetch-site", "cross-site")])]
#[case::another_site_with_our_origin(&[("sec-fetch-site", "cross-site"), ("origin", "http://panel.test")])]
#[case::a_sister(&[("sec-fetch-site", "same-site")])]
#[case::nonsense(&[("sec-fetch-site", "same-origin, cross-site")])]
#[case::capitals(&[("sec-fetch-site", "Same-Origin")])]
#[case::another_origin(&[("origin", "https://evil.example")])]
#[case::another_port(&[("origin", "http://panel.test:81")])]
#[case::a_longer_name(&[("origin", "http://panel.test.evil.example")])]
#[case::a_user_in_front(&[("origin", "http://panel.test@evil.example")])]
#[case::another_scheme(&[("origin", "file://panel.test")])]
#[case::null(&[("origin", "null")])]
#[case::nothing(&[])]
#[case::empty_headers(&[("origin", ""), ("sec-fetch-site", "")])]
#[case::empty_origin(&[("origin", "")])]
#[case::empty_site(&[("sec-fetch-site", "")])]
#[case::referrer_alone(&[("referer", "http://panel.test/servers")])]
#[case::wrong_token(&[("x-form-token", "0000000000000000000000000000000000000000000000000000000000000000")])]
#[case::empty_token(&[("x-form-token", "")])]
#[case::another_site_with_any_token(&[("sec-fetch-site", "cross-site"), ("x-form-token", "TOKEN")])]
#[tokio::test]
async fn every_write_from_elsewhere_is_refused(#[case] said: Said) {
    let cast = Cast::new().await;
    let token = form_token(&cast, Who::Owner, &cast.panel).await;
    for row in posts() {
        for who in WHO {
            let request = said.iter().fold(Browser::form(row.path, &[]), |request, (name, value)| {
                request.header(*name, if *value == "TOKEN" { token.as_str() } else { value })
            });
            // Somebody else's token is a wrong one.
            let fields = [row.fields, &[("form_token", token.as_str())]].concat();
            let fields = if who == Who::Owner { row.fields } else { fields.as_slice() };
            let mut browser = cast.browser(who, &cast.panel);
            let reply = browser.begin(request.body(Browser::encode(fields)).unwrap()).await;
            assert_eq!(reply.status(), StatusCode::FORBIDDEN, "{} as {who:?} with {said:?}", row.path);
        }
    }
}

/// What is let through, so that the refusals above are known to have their reason.
#[rstest]
#[case::same_origin(&[("sec-fetch-site", "same-origin")], false)]
#[case::typed_by_the_user(&[("sec-fetch-site", "none")], false)]
#[case::our_origin(&[("origin", "http://panel.test")], false)]
#[case::our_origin_by_https(&[("origin", "https://panel.test")], false)]
#[case::token_in_the_form(&[], true)]
#[case::token_in_the_header(&[("x-form-token", "TOKEN")], false)]
#[tokio::test]
async fn a_write_of_the_panel_is_taken(#[case] said: Said, #[case] token_in_form: bool) {
    let cast = Cast::new().await;
    let panel = cast.panel.copy().await;
    let token = form_token(&cast, Who::Owner, &panel).await;
    let request = said.iter().fold(Browser::form("/theme", &[]), |request, (name, value)| {
        request.header(*name, if *value == "TOKEN" { token.as_str() } else { value })
    });
    let mut fields = vec![("theme", "dark")];
    if token_in_form {
        fields.push(("form_token", token.as_str()));
    }
    let reply = cast.browser(Who::Owner, &panel).begin(request.body(Browser::encode(&fields)).unwrap()).await;
    assert_eq!(reply.status(), StatusCode::SEE_OTHER);
}

/// The token that a page gave to somebody.
async fn form_token(cast: &Cast, who: Who, panel: &Panel) -> String {
    let page = cast.browser(who, panel).get("/profile").await.body;
    page.split_once("name=\"form_token\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}
