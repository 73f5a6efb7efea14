//! Where callers meet each edit: pairs of schemas are compared once, and judged once for each
//! direction in which their values travel.

use super::change::{Change, Comparison, Side};
use super::document::At;
use super::edit::{Documents, Edit};
use super::law::{Direction, judge};
use super::schema::{self, Variance};
use super::view::View;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Where callers meet something, and which way it travels.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub(super) direction: Direction,
    /// `createBooking request body`. `None` for what concerns all operations, or none.
    pub(super) label: Option<String>,
}

impl Context {
    pub(super) fn new(direction: Direction, label: impl Into<String>) -> Self {
        Self {
            direction,
            label: Some(label.into()),
        }
    }

    /// Without an operation.
    pub(super) fn general() -> Self {
        Self {
            direction: Direction::Request,
            label: None,
        }
    }
}

/// Two schemas that have been compared.
#[derive(Debug, Default)]
struct Pair {
    edits: Vec<Edit>,
    below: Vec<(usize, Variance)>,
}

/// Collects edits, and where callers meet them.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) documents: Documents<'a>,
    pairs: Vec<Pair>,
    index: HashMap<(String, String), usize>,
    /// Where callers meet a pair of schemas.
    uses: Vec<(usize, Context)>,
    edits: Vec<(Edit, Context)>,
    /// In which order callers' places were met: that of the contract.
    ranks: HashMap<String, usize>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(documents: Documents<'a>) -> Self {
        Self {
            documents,
            pairs: Vec::new(),
            index: HashMap::new(),
            uses: Vec::new(),
            edits: Vec::new(),
            ranks: HashMap::new(),
        }
    }

    fn rank(&mut self, context: &Context) {
        let next = self.ranks.len();
        if let Some(label) = &context.label {
            self.ranks.entry(label.clone()).or_insert(next);
        }
    }

    /// Notes an edit that callers meet here.
    pub(super) fn edit(&mut self, context: &Context, edit: Edit) {
        self.rank(context);
        self.edits.push((edit, context.clone()));
    }

    /// Notes edits that callers meet here.
    pub(super) fn edits(&mut self, context: &Context, edits: Vec<Edit>) {
        for edit in edits {
            self.edit(context, edit);
        }
    }

    /// Compares two schemas that callers meet here.
    pub(super) fn schemas(&mut self, context: &Context, old: &At<'a>, new: &At<'a>) {
        self.rank(context);
        let mut open = Vec::new();
        let root = self.pair(old, new, &mut open);
        while let Some((index, old, new)) = open.pop() {
            let compared = schema::compare(self.documents, &old, &new);
            let mut below = Vec::new();
            for next in &compared.below {
                below.push((self.pair(&next.old, &next.new, &mut open), next.variance));
            }
            self.pairs[index] = Pair {
                edits: compared.edits,
                below,
            };
        }
        self.uses.push((root, context.clone()));
    }

    /// The number of a pair; one that is new has still to be compared.
    fn pair(
        &mut self,
        old: &At<'a>,
        new: &At<'a>,
        open: &mut Vec<(usize, View<'a>, View<'a>)>,
    ) -> usize {
        let (old, new) = (
            self.documents.old.follow(old),
            self.documents.new.follow(new),
        );
        let key = (old.pointer.clone(), new.pointer.clone());
        if let Some(&index) = self.index.get(&key) {
            return index;
        }
        let old = View::new(self.documents.old, &old);
        let new = View::new(self.documents.new, &new);
        let index = self.pairs.len();
        self.index.insert(key, index);
        self.pairs.push(Pair::default());
        open.push((index, old, new));
        index
    }

    /// Judges every edit in every direction in which it travels.
    pub(super) fn finish(mut self) -> Comparison {
        let mut edits = std::mem::take(&mut self.edits);
        let matters = self.matters();
        let mut roots: BTreeMap<(usize, Direction), Vec<Option<String>>> = BTreeMap::new();
        for (root, context) in &self.uses {
            let labels = roots.entry((*root, context.direction)).or_default();
            labels.push(context.label.clone());
        }
        for ((root, direction), labels) in roots {
            for (pair, direction) in self.reached(root, direction, &matters) {
                for edit in &self.pairs[pair].edits {
                    edits.extend(labels.iter().map(|label| {
                        let label = label.clone();
                        (edit.clone(), Context { direction, label })
                    }));
                }
            }
        }
        Comparison {
            changes: changes(edits, &self.ranks),
        }
    }

    /// Which pairs have an edit, or are above one that has.
    fn matters(&self) -> Vec<bool> {
        let mut above = vec![Vec::new(); self.pairs.len()];
        for (index, pair) in self.pairs.iter().enumerate() {
            for (below, _) in &pair.below {
                above[*below].push(index);
            }
        }
        let mut matters = vec![false; self.pairs.len()];
        let edited = |index: &usize| !self.pairs[*index].edits.is_empty();
        let mut open: Vec<usize> = (0..self.pairs.len()).filter(edited).collect();
        while let Some(index) = open.pop() {
            if !std::mem::replace(&mut matters[index], true) {
                open.extend(&above[index]);
            }
        }
        matters
    }

    /// The pairs below one, and the direction in which each travels.
    fn reached(
        &self,
        root: usize,
        direction: Direction,
        matters: &[bool],
    ) -> Vec<(usize, Direction)> {
        let mut reached = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![(root, direction)];
        while let Some((index, direction)) = open.pop() {
            if !matters[index] || !seen.insert((index, direction)) {
                continue;
            }
            reached.push((index, direction));
            for (below, variance) in self.pairs[index].below.iter().rev() {
                let direction = match variance {
                    Variance::With => direction,
                    Variance::Unknown => Direction::Composed,
                };
                open.push((*below, direction));
            }
        }
        reached
    }
}

/// One change for each edit and verdict, with all operations that meet it.
fn changes(edits: Vec<(Edit, Context)>, ranks: &HashMap<String, usize>) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut index = HashMap::new();
    for (edit, context) in edits {
        let judged = judge(edit.what, context.direction, edit.relation);
        let key = (
            judged.rule.clone(),
            edit.old.clone(),
            edit.new.clone(),
            edit.message.clone(),
        );
        let at = *index.entry(key).or_insert_with(|| {
            changes.push(Change {
                rule: judged.rule,
                verdict: judged.verdict,
                hurts: judged.hurts,
                message: edit.message,
                reason: judged.reason.to_owned(),
                old: edit.old,
                new: edit.new,
                side: edit.side,
                operations: Vec::new(),
            });
            changes.len() - 1
        });
        changes[at].operations.extend(context.label);
    }
    for change in &mut changes {
        change
            .operations
            .sort_by_key(|operation| ranks.get(operation));
        change.operations.dedup();
    }
    // New places first; then as the text has them.
    changes.sort_by(|a, b| {
        let key = |change: &Change| {
            let place = change.place();
            let gone = change.side == Side::Old;
            (change.verdict, gone, place.span, place.pointer.clone())
        };
        key(a)
            .cmp(&key(b))
            .then_with(|| (&a.rule, &a.message).cmp(&(&b.rule, &b.message)))
    });
    changes
}
