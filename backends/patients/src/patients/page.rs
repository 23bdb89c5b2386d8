//! What a page of patients is, and what can be asked of it (contract section 3.3).

use underpin::{
    Error, Result, model,
    validation::{Fault, Loc},
};

use super::{model::Patient, rules};

/// How many patients a page has if nobody says.
const USUAL_SIZE: u64 = 20;

/// Which page of which patients in which order.
#[model(request)]
pub struct PageQuery {
    /// Part of the key or the name, in any case.
    #[field(after = rules::storable)]
    search: Option<String>,
    /// Counts from 1.
    #[serde(default = "first_page")]
    #[field(ge = 1)]
    page: u64,
    /// How many patients a page has.
    #[serde(default = "usual_size")]
    #[field(ge = 1)]
    page_size: u64,
    /// `patientID`, `name` or `age`; anything else is `patientID`.
    sort_by: Option<String>,
    /// `desc` in any case; anything else ascends.
    sort_order: Option<String>,
}

fn first_page() -> u64 {
    1
}

fn usual_size() -> u64 {
    USUAL_SIZE
}

/// A part of all rows: what a query asks for, in terms of the database.
#[derive(Clone, Copy)]
pub struct Part {
    pub limit: i64,
    pub offset: i64,
    pub sort: Sort,
    pub descending: bool,
}

/// By what rows are sorted. Equal ones follow in the order of their making.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    PatientId,
    Name,
    Age,
}

impl PageQuery {
    /// The rows that make up the page; a page that no database can count to is refused.
    pub fn part(&self) -> Result<Part> {
        let limit = i64::try_from(self.page_size);
        let limit =
            limit.map_err(|_| beyond("page_size", self.page_size, i64::MAX.unsigned_abs()))?;
        let before = (self.page - 1).checked_mul(self.page_size);
        let offset = before.and_then(|rows| i64::try_from(rows).ok());
        let last = || i64::MAX.unsigned_abs() / self.page_size + 1;
        Ok(Part {
            limit,
            offset: offset.ok_or_else(|| beyond("page", self.page, last()))?,
            sort: match self.sort_by.as_deref() {
                Some("name") => Sort::Name,
                Some("age") => Sort::Age,
                _ => Sort::PatientId,
            },
            descending: self
                .sort_order
                .as_ref()
                .is_some_and(|order| order.to_lowercase() == "desc"),
        })
    }

    /// What is looked for; an empty text looks for everything.
    pub fn term(&self) -> Option<&str> {
        self.search.as_deref().filter(|term| !term.is_empty())
    }
}

fn beyond(name: &'static str, number: u64, most: u64) -> Error {
    let loc = vec![Loc::from("query"), Loc::from(name)];
    let msg = format!("Input should be less than or equal to {most}");
    let fault = Fault::new("less_than_equal", loc, msg, number.to_string().into());
    Error::invalid(vec![fault.with("le", most)])
}

/// A page of patients, and how many there are.
#[model(response)]
pub struct PatientPage {
    items: Vec<Patient>,
    total: i64,
    page: u64,
    page_size: u64,
    total_pages: u64,
}

impl PatientPage {
    pub fn new(query: &PageQuery, items: Vec<Patient>, total: i64) -> Self {
        Self {
            items,
            total,
            page: query.page,
            page_size: query.page_size,
            total_pages: total.unsigned_abs().div_ceil(query.page_size),
        }
    }
}
