//! A page of another origin, in a real browser, makes the calls that the frontends make.
//!
//! Without Chromium it is left out, loudly; in CI it fails.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use underpin::{
    db::Engine,
    testing::{Browser, EmptyDb},
};

use crate::setup::patients;

#[underpin::test]
async fn a_page_of_another_origin_does_what_the_frontends_do(engine: Engine) {
    let Some(browser) = Browser::find("to call the API from another origin") else {
        return;
    };
    let origin = format!("http://{}", serve_page());
    for version in ["first", "head"] {
        let db = EmptyDb::new(engine).await;
        let program = patients(&db.address())
            .variable("PATIENTS_API", version)
            .variable("CORS_ORIGINS", &origin);
        let running = program.serve().await;
        let api = running.address();
        let page = format!("{origin}/?version={version}&api=http://{api}");
        let dom = browser.look(&page).await;
        let done = dom.contains("<title>done</title>");
        assert!(done, "{version}:\n{dom}\n{}", running.log());
    }
}

/// Answers every request with the page, as long as the tests run.
fn serve_page() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let page = include_str!("page.html");
        for mut stream in listener.incoming().flatten() {
            // A browser may connect and say nothing, or go away at any time.
            let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
            let _ = stream.read(&mut [0; 8192]);
            let length = page.len();
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close";
            let _ = write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{page}");
        }
    });
    address
}
