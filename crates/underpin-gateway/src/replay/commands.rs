//! Runs the commands that the user gave: no shell, words split as a shell would, bounded time.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    time::timeout,
};

/// Commands that prepare a server may take this long.
const LONGEST: Duration = Duration::from_mins(2);
/// What is kept of a command's output, in bytes.
const OUTPUT: u64 = 256 << 10;

/// A command as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<String>);

impl Template {
    /// Splits a command line into words, honouring quotes and backslashes.
    ///
    /// # Errors
    /// A quote that is not closed, or no words at all.
    pub fn parse(line: &str) -> Result<Template, String> {
        let words = split(line)?;
        if words.is_empty() {
            return Err("the command is empty".to_owned());
        }
        Ok(Template(words))
    }

    /// The words with each `{name}` replaced by its value; values are never split.
    pub fn fill(&self, values: &[(&str, &str)]) -> Vec<String> {
        let fill = |word: &String| fill(word, values);
        self.0.iter().map(fill).collect()
    }
}

fn fill(word: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let hit = values.iter().find_map(|(name, value)| {
            let after = from
                .strip_prefix('{')?
                .strip_prefix(name)?
                .strip_prefix('}')?;
            Some((*value, after))
        });
        let (value, after) = hit.unwrap_or(("{", from.get(1..).unwrap_or_default()));
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Splits a line into words as a shell does, without expanding anything.
///
/// # Errors
/// A quote that is not closed.
pub fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                word.get_or_insert_default().extend(letters.next());
            }
            (None, space) if space.is_whitespace() => words.extend(word.take()),
            (_, other) => word.get_or_insert_default().push(other),
        }
    }
    if let Some(quote) = quote {
        return Err(format!("a {quote} is not closed in `{line}`"));
    }
    words.extend(word);
    Ok(words)
}

/// What a command did.
#[derive(Debug)]
pub struct Outcome {
    /// Whether it exited with 0.
    pub succeeded: bool,
    /// Its standard output.
    pub output: String,
    /// The end of its standard error.
    pub complaint: String,
}

/// Runs a command with `input` on its standard input.
///
/// # Errors
/// It could not be started or did not end in time.
pub async fn run(
    words: &[String],
    input: &str,
    environment: &[(&str, &str)],
) -> Result<Outcome, String> {
    let (program, arguments) = words.split_first().ok_or("the command is empty")?;
    let mut child = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run `{program}`: {error}"))?;
    timeout(LONGEST, finish(&mut child, input))
        .await
        .map_err(|_| format!("`{program}` did not end within {} s", LONGEST.as_secs()))?
        .map_err(|error| format!("`{program}`: {error}"))
}

/// A command may leave a server running that keeps its output open, so the end of the command
/// counts, not the end of the output.
async fn finish(child: &mut Child, input: &str) -> std::io::Result<Outcome> {
    let stdin = child.stdin.take();
    let input = input.to_owned();
    let writing = tokio::spawn(async move {
        if let Some(mut stdin) = stdin {
            // A command that does not read its input is not wrong.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    });
    let output = collect(child.stdout.take());
    let complaint = collect(child.stderr.take());
    let status = child.wait().await?;
    writing.abort();
    Ok(Outcome {
        succeeded: status.success(),
        output: output.finish().await,
        complaint: complaint.finish().await.trim().to_owned(),
    })
}

/// Output that is being read.
struct Collected {
    text: std::sync::Arc<std::sync::Mutex<Vec<u8>>>,
    reading: tokio::task::JoinHandle<()>,
}

fn collect(source: Option<impl AsyncReadExt + Unpin + Send + 'static>) -> Collected {
    let text = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let shared = text.clone();
    let reading = tokio::spawn(async move {
        let Some(source) = source else { return };
        let mut source = source.take(OUTPUT);
        let mut buffer = [0_u8; 4096];
        while let Ok(length @ 1..) = source.read(&mut buffer).await {
            if let (Ok(mut text), Some(part)) = (shared.lock(), buffer.get(..length)) {
                text.extend_from_slice(part);
            }
        }
    });
    Collected { text, reading }
}

impl Collected {
    async fn finish(mut self) -> String {
        let _ = timeout(Duration::from_millis(200), &mut self.reading).await;
        self.reading.abort();
        let text = self
            .text
            .lock()
            .map(|text| text.clone())
            .unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }
}
