//! The lines in which two texts differ. For showing, not for judging.

/// Above this many lines the texts are shown one after the other.
const LONGEST: usize = 1500;

/// A line of one text or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// In both.
    Same(&'a str),
    /// In the first only.
    Old(&'a str),
    /// In the second only.
    New(&'a str),
}

/// The shortest way from `old` to `new`, line by line.
pub(super) fn lines<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (
        old.get(head..).unwrap_or_default(),
        new.get(head..).unwrap_or_default(),
    );
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let old_middle = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - tail).unwrap_or_default();
    let mut out: Vec<Line<'a>> = old.iter().take(head).map(|line| Line::Same(line)).collect();
    if old_middle.len() > LONGEST || new_middle.len() > LONGEST {
        out.extend(old_middle.iter().map(|line| Line::Old(line)));
        out.extend(new_middle.iter().map(|line| Line::New(line)));
    } else {
        middle(old_middle, new_middle, &mut out);
    }
    out.extend(
        old.iter()
            .skip(old.len() - tail)
            .map(|line| Line::Same(line)),
    );
    out
}

/// Walks the table of longest common subsequences; `common[i][j]` is that of the rests from i and j.
fn middle<'a>(old: &[&'a str], new: &[&'a str], out: &mut Vec<Line<'a>>) {
    let width = new.len() + 1;
    let mut common = vec![0_u16; (old.len() + 1) * width];
    let at = |i: usize, j: usize| i * width + j;
    let read = |common: &[u16], i, j| common.get(at(i, j)).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                read(&common, i + 1, j + 1) + 1
            } else {
                read(&common, i + 1, j).max(read(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(at(i, j)) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                out.push(Line::Same(a));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), Some(_)) if read(&common, i + 1, j) >= read(&common, i, j + 1) => {
                out.push(Line::Old(a));
                i += 1;
            }
            (_, Some(b)) => {
                out.push(Line::New(b));
                j += 1;
            }
            (Some(a), None) => {
                out.push(Line::Old(a));
                i += 1;
            }
            (None, None) => return,
        }
    }
}
