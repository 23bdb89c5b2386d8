//! What must be done before an exchange: identity provider, users, scenarios, `_before`.

use std::collections::BTreeSet;

use super::{
    Options, Run, Signer, Target,
    commands::{self, Template},
    now,
    stand_in::{self, StandIn},
};
use crate::{
    compare::{Session, TokenKind, each_leaf, scan},
    har::{Exchange, Page, Recording},
    json::{self, Json},
};

impl<'a> Run<'a> {
    pub(super) async fn prepare(
        recording: &Recording,
        options: &'a Options,
    ) -> Result<Run<'a>, String> {
        let secret = recording
            .setup
            .environment
            .iter()
            .find(|(name, _)| name == "SECRET_KEY");
        let mut session = Session::default();
        session.rules = options.rules.clone();
        session.headers.clone_from(&options.headers);
        session.layout = options.layout;
        session.secret = secret.map(|(_, value)| value.clone().into_bytes());
        session.fractions = fractions(recording);
        let mut run = Run {
            options,
            session,
            signer: None,
            target: options.to.clone(),
            page: None,
            last: None,
            recording_began: recording.exchanges.first().map_or(0, |first| first.started),
            replay_began: now(),
            notices: Vec::new(),
        };
        run.stand_in(recording).await?;
        run.create_users(recording).await?;
        run.remind(recording);
        Ok(run)
    }

    async fn stand_in(&mut self, recording: &Recording) -> Result<(), String> {
        if let (Some(issuer), true) = (&recording.setup.issuer, self.options.serve_issuer) {
            let address = issuer.address().and_then(|url| Target::parse(url).ok()).ok_or(
                "the recording's identity provider has no plain HTTP address: give `--no-issuer`",
            )?;
            let stand_in = StandIn::Issuer(issuer.clone());
            stand_in::serve(&address.authority, stand_in)
                .await
                .map_err(|error| {
                    format!("{error}; free the port, or give `--no-issuer` if one is served there")
                })?;
        }
        let Some(address) = &self.options.jwks_listen else {
            return Ok(());
        };
        let auth = recording
            .exchanges
            .iter()
            .filter_map(|exchange| exchange.auth.as_ref());
        let key_id = auth
            .filter(|auth| auth.get("token").and_then(Json::as_str) == Some("valid"))
            .find_map(|auth| auth.get("header")?.get("kid")?.as_str());
        let signer = Signer::new(key_id.unwrap_or("underpin-replay"))?;
        stand_in::serve(address, StandIn::Keys(signer.jwks())).await?;
        self.signer = Some(signer);
        Ok(())
    }

    async fn create_users(&mut self, recording: &Recording) -> Result<(), String> {
        let Some(template) = &self.options.create_user else {
            return Ok(());
        };
        for (username, password) in &recording.setup.users {
            let words = template.fill(&[("username", username), ("password", password)]);
            succeed(&words, "", &[], &format!("creating the user `{username}`")).await?;
        }
        Ok(())
    }

    /// Says what the recording needs and the command line does not give.
    fn remind(&mut self, recording: &Recording) {
        let entries = &recording.exchanges;
        let mut remind = |needed: bool, text: String| {
            if needed {
                self.notices.push(text);
            }
        };
        let users = recording.setup.users.len();
        let options = self.options;
        remind(
            users > 0 && options.create_user.is_none(),
            format!("the recording starts with {users} users; create them with `--create-user`"),
        );
        let before = |cli: bool| {
            let fits = |before: &Json| before.get("cli").is_some() == cli;
            entries
                .iter()
                .filter(|e| e.before.as_ref().is_some_and(fits))
                .count()
        };
        let (cli, other) = (before(true), before(false));
        remind(
            cli > 0 && options.cli.is_none() && options.before.is_none(),
            format!("{cli} exchanges need a command of the backend first: give `--cli`"),
        );
        remind(
            other > 0 && options.before.is_none(),
            format!("{other} exchanges need something done on the server first: give `--before`"),
        );
        let signed = entries
            .iter()
            .filter(|e| e.auth.as_ref().is_some_and(is_signed))
            .count();
        remind(
            signed > 0 && options.jwks_listen.is_none(),
            format!("{signed} exchanges carry tokens to sign anew: give `--jwks-listen`"),
        );
        let pages = recording.pages.len();
        remind(
            pages > 1 && options.start.is_none(),
            format!("{pages} scenarios start from their own data: give `--start`"),
        );
    }

    /// Starts the scenario of `exchange` if it is another one than before.
    pub(super) async fn enter_page(
        &mut self,
        recording: &Recording,
        exchange: &Exchange,
    ) -> Result<(), String> {
        let page = recording
            .pages
            .iter()
            .find(|page| Some(&page.id) == exchange.page.as_ref());
        let Some(page) = page.filter(|page| self.page.as_ref() != Some(&page.id)) else {
            return Ok(());
        };
        self.page = Some(page.id.clone());
        self.session.restart();
        self.note_start_data(recording, page);
        self.last = None;
        self.recording_began = exchange.started;
        self.replay_began = now();
        let Some(template) = &self.options.start else {
            return Ok(());
        };
        let data = page
            .json
            .get("_startData")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let words = template.fill(&[("page", &page.id), ("startData", data)]);
        let mut environment = vec![
            ("UNDERPIN_PAGE", page.id.as_str()),
            ("UNDERPIN_START_DATA", data),
        ];
        let variables = page.variables();
        environment.extend(
            variables
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let doing = format!("starting the scenario `{}`", page.id);
        let output = succeed(&words, &page.json.to_compact(), &environment, &doing).await?;
        let last = output
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty());
        if let Some(url) = last.filter(|line| line.starts_with("http")) {
            self.target = Some(Target::parse(url).map_err(|error| format!("{doing}: {error}"))?);
        }
        Ok(())
    }

    /// What a scenario starts with is not generated by the server.
    fn note_start_data(&mut self, recording: &Recording, page: &Page) {
        let name = page.json.get("_startData").and_then(Json::as_str);
        let Some((directory, name)) = recording.directory.as_ref().zip(name) else {
            return;
        };
        // The start command complains if it cannot find the data; without them nothing is known.
        let text = std::fs::read_to_string(directory.join(name)).unwrap_or_default();
        if let Ok(data) = json::parse(&text) {
            let ledger = &mut self.session.ledger;
            each_leaf(&data, &mut |value| ledger.note_request_value(value));
        }
    }

    /// Does what happened on the server just before `exchange`.
    pub(super) async fn before(&mut self, exchange: &Exchange) -> Result<(), String> {
        let Some(before) = &exchange.before else {
            return Ok(());
        };
        let number = exchange.number;
        if let (Some(cli), Some(template)) = (before.get("cli"), &self.options.cli) {
            let mut words = template.fill(&[]);
            words.extend(arguments(cli)?);
            let outcome = commands::run(&words, "", &[]).await?;
            if !outcome.succeeded {
                // Recorded commands fail on purpose, too: the exchange shows whether it mattered.
                let complaint = outcome.complaint;
                self.notices.push(format!(
                    "#{number}: the command before it failed: {complaint}"
                ));
            }
            return Ok(());
        }
        if let Some(template) = &self.options.before {
            let json = before.to_compact();
            let words = template.fill(&[("before", &json)]);
            let environment = [("UNDERPIN_BEFORE", json.as_str())];
            let doing = format!("doing what happened before exchange {number}");
            let output = succeed(&words, &json, &environment, &doing).await?;
            let last = output
                .lines()
                .rev()
                .map(str::trim)
                .find(|line| !line.is_empty());
            if let Some(url) = last.filter(|line| line.starts_with("http://")) {
                self.target = Some(Target::parse(url)?);
            }
        }
        Ok(())
    }
}

fn is_signed(auth: &Json) -> bool {
    auth.get("claims").is_some()
}

fn arguments(cli: &Json) -> Result<Vec<String>, String> {
    match cli {
        Json::Text(line) => commands::split(&line.value),
        Json::Array(words) => Ok(words
            .iter()
            .map(|word| {
                word.as_str()
                    .map_or_else(|| word.to_compact(), ToOwned::to_owned)
            })
            .collect()),
        other => Err(format!(
            "`_before.cli` is {}, not a list of words",
            other.kind()
        )),
    }
}

async fn succeed(
    words: &[String],
    input: &str,
    environment: &[(&str, &str)],
    doing: &str,
) -> Result<String, String> {
    let outcome = commands::run(words, input, environment).await;
    let outcome = outcome.map_err(|error| format!("{doing}: {error}"))?;
    if outcome.succeeded {
        return Ok(outcome.output);
    }
    let complaint = if outcome.complaint.is_empty() {
        outcome.output
    } else {
        outcome.complaint
    };
    Err(format!("{doing} failed: {}", complaint.trim()))
}

/// The numbers of fraction digits that times of the recorded clock have.
fn fractions(recording: &Recording) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    for exchange in &recording.exchanges {
        let text = String::from_utf8_lossy(&exchange.response.body);
        for found in scan(&text)
            .iter()
            .filter(|found| found.kind == TokenKind::Time)
        {
            let time = text
                .get(found.start..found.start + found.length)
                .unwrap_or_default();
            let day = chrono::DateTime::from_timestamp_micros(exchange.started).unwrap_or_default();
            if !time.starts_with(&day.format("%Y-%m-%dT").to_string()) {
                continue;
            }
            let fraction = time.split_once('.').map_or("", |(_, rest)| rest);
            seen.insert(fraction.bytes().take_while(u8::is_ascii_digit).count());
        }
    }
    seen
}

/// The words of a template are checked when the command line is read.
impl std::str::FromStr for Template {
    type Err = String;

    fn from_str(line: &str) -> Result<Template, String> {
        Template::parse(line)
    }
}
