//! The one handler of the program: hands every request to the dialect that was chosen. Also what both
//! dialects answer where no resource does: the pages of this program.

use std::{sync::Arc, time::Duration};

use underpin::{
    Context, Result, StartError,
    http::{Handler, HeaderMap},
};

use super::{
    body,
    reply::{Content, Reply},
};
use crate::app::{
    config::{Dialect, Options},
    pages::Pages,
    v0::V0,
    v1::V1,
};

/// The longest that a request is made to wait.
pub const LONGEST_DELAY: Duration = Duration::from_secs(20);

/// The largest file of a page.
const LARGEST: usize = 16 * 1024 * 1024;

/// Makes the handler.
pub fn handler(context: &Context) -> Result<Handler, StartError> {
    let options = context.get::<Options>()?;
    Ok(match options.dialect {
        Dialect::V0 => {
            let dialect = Arc::new(V0::new(context)?);
            Handler::new(move |mut exchange| {
                let dialect = Arc::clone(&dialect);
                async move { dialect.answer(&mut exchange).await }
            })
        }
        Dialect::V1 => {
            let dialect = Arc::new(V1::new(context)?);
            Handler::new(move |mut exchange| {
                let dialect = Arc::clone(&dialect);
                async move { dialect.answer(&mut exchange).await }
            })
        }
    })
}

/// The start page.
pub async fn start(pages: &Pages) -> Result<Option<Reply>> {
    Ok(whole(pages.start().await?).await)
}

/// The document, its pages and their parts; nothing at any other path.
pub async fn other(pages: &Pages, path: &str, asked: &HeaderMap) -> Result<Option<Reply>> {
    match pages.other(path, asked).await? {
        Some(response) => Ok(whole(response).await),
        None => Ok(None),
    }
}

async fn whole(response: underpin::http::Response) -> Option<Reply> {
    let (parts, body) = response.into_parts();
    let mut reply = Reply::new(parts.status);
    reply.headers = parts.headers;
    reply.content = Content::Whole(body::read(body, LARGEST).await.ok()?);
    Some(reply)
}
