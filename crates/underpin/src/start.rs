//! Why a program does not start: every complaint at once, each with how to mend it.

use std::fmt;

/// One thing that keeps the program from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What it is about: a variable, a file, an address.
    pub subject: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

/// All complaints of one start; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    complaints: Vec<Complaint>,
}

impl StartError {
    /// One complaint: what it is about, what is wrong, and what to do.
    pub fn new(
        subject: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let complaint = Complaint {
            subject: subject.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        };
        Self {
            complaints: vec![complaint],
        }
    }

    /// `Err` with all of them, if there are any.
    pub fn from_complaints(complaints: Vec<Complaint>) -> Result<(), Self> {
        if complaints.is_empty() {
            Ok(())
        } else {
            Err(Self { complaints })
        }
    }

    /// Every complaint, in the order found.
    pub fn complaints(&self) -> &[Complaint] {
        &self.complaints
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, complaint) in self.complaints.iter().enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            write!(
                formatter,
                "{}: {}\n  {}",
                complaint.subject, complaint.problem, complaint.remedy
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for StartError {}
