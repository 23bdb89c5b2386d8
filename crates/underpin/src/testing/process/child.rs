//! A child process: what it prints is kept, and it never outlives its test.

use std::{
    io::{BufRead as _, BufReader, Read, Write as _},
    process::{Child, Command, ExitStatus},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::time::{sleep, timeout};

/// How long anything is waited for; only a test that fails waits so long.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// How often a child is looked at.
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// What a program printed, and how it ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// All of its standard output.
    pub output: String,
    /// All of its standard error.
    pub errors: String,
}

/// A child that is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Supervised {
    child: Child,
    output: Printed,
    errors: Printed,
}

impl Supervised {
    pub(super) fn start(command: &mut Command, input: &str) -> Self {
        let mut child = command.spawn().expect("a program that can be started");
        if let Some(mut pipe) = child.stdin.take() {
            // A program that does not read its input may have ended already.
            let _ = pipe.write_all(input.as_bytes());
        }
        let output = Printed::by(child.stdout.take());
        let errors = Printed::by(child.stderr.take());
        Self {
            child,
            output,
            errors,
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of this process")
    }

    /// What it printed on its standard error up to now.
    pub(super) fn errors(&self) -> String {
        self.errors.text()
    }

    /// Waits for its end.
    pub(super) async fn finished(mut self) -> Finished {
        let ended = timeout(PATIENCE, async {
            loop {
                if let Some(status) = self.ended() {
                    return status;
                }
                sleep(PAUSE).await;
            }
        });
        let Ok(status) = ended.await else {
            panic!("the program does not end; it said:\n{}", self.errors());
        };
        Finished {
            code: status.code(),
            output: self.output.whole(),
            errors: self.errors.whole(),
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One stream of a child, read as it comes, so that the child never waits for its reader.
#[derive(Debug)]
struct Printed {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Printed {
    fn by(stream: Option<impl Read + Send + 'static>) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&text);
        let reader = stream.map(|stream| thread::spawn(move || keep(stream, &kept)));
        Self { text, reader }
    }

    fn text(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.clone()
    }

    /// Everything, once the stream has ended.
    fn whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.text()
    }
}

fn keep(stream: impl Read, text: &Mutex<String>) {
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(&line);
        text.push('\n');
    }
}
