//! Regular expressions over digits, without the crate `regex`, which the core does not depend on.
//!
//! A pattern becomes a program of steps. A backtracking search executes the steps in Perl's order of
//! preference, so that groups are captured as libphonenumber captures them. The search visits each step at
//! each position at most once.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// The error returned if a pattern, template or rule of a [`NumberFormat`](super::NumberFormat) is malformed.
///
/// ```
/// use telnum::plan::NumberFormat;
///
/// let error = NumberFormat::new(r"(\d{3}", "$1").unwrap_err();
/// assert_eq!(error.to_string(), "number format: expected `)`, at byte 6");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("number format: {problem}, at byte {position}")]
pub struct NumberFormatError {
    position: usize,
    problem: &'static str,
}

impl NumberFormatError {
    pub(super) const fn at(position: usize, problem: &'static str) -> Self {
        Self { position, problem }
    }

    /// Returns the byte position of the error in the text.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// The maximum number of steps of a program.
const MAX_STEPS: usize = 1000;
/// The maximum depth of groups in groups.
const MAX_DEPTH: usize = 50;

/// The digits 0 to 9 as bits.
const ALL: u16 = 0x3FF;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Program {
    steps: Vec<Step>,
    groups: usize,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Consumes a digit of the set.
    Digit(u16),
    /// Continues with the first step, or with the second one if that fails.
    Either(usize, usize),
    Jump(usize),
    /// Records the position: the start of a group in even slots, its end in odd ones.
    Save(usize),
    AtStart,
    AtEnd,
    Match,
}

/// A parsed pattern.
enum Node {
    Digit(u16),
    AtStart,
    AtEnd,
    Group(Option<usize>, Vec<Self>),
    /// The alternatives, each a sequence.
    Either(Vec<Vec<Self>>),
    Repeat {
        node: Vec<Self>,
        min: usize,
        max: Option<usize>,
        is_lazy: bool,
    },
}

impl Program {
    pub(super) fn compile(pattern: &str) -> Result<Self, NumberFormatError> {
        let mut parser = Parser { pattern, position: 0, groups: 0, depth: 0 };
        let alternatives = parser.alternatives()?;
        if parser.peek().is_some() {
            return Err(parser.error("unexpected `)`"));
        }
        let mut program = Self { steps: Vec::new(), groups: parser.groups };
        program.push(Step::Save(0))?;
        program.node(&Node::Either(alternatives))?;
        program.push(Step::Save(1))?;
        program.push(Step::Match)?;
        Ok(program)
    }

    /// Returns the number of groups that capture.
    pub(super) const fn groups(&self) -> usize {
        self.groups
    }

    /// Returns the ranges of the match that starts at `start`, and of each group. If `to_end` is set, the
    /// match must end at the last digit.
    pub(super) fn find(
        &self,
        digits: &[u8],
        start: usize,
        to_end: bool,
    ) -> Option<Vec<Option<Range<usize>>>> {
        let width = digits.len() + 1;
        let mut slots: Vec<Option<usize>> = vec![None; 2 * (self.groups + 1)];
        let mut seen = vec![false; self.steps.len() * width];
        let mut open = vec![Task::Visit(0, start)];
        while let Some(task) = open.pop() {
            let (step, at) = match task {
                Task::Visit(step, at) => (step, at),
                Task::Restore(slot, value) => {
                    if let Some(place) = slots.get_mut(slot) {
                        *place = value;
                    }
                    continue;
                }
            };
            match seen.get_mut(step * width + at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match *self.steps.get(step)? {
                Step::Digit(set) => {
                    if digits.get(at).is_some_and(|byte| set >> (byte & 0xF) & 1 == 1) {
                        open.push(Task::Visit(step + 1, at + 1));
                    }
                }
                Step::Either(first, second) => {
                    open.push(Task::Visit(second, at));
                    open.push(Task::Visit(first, at));
                }
                Step::Jump(next) => open.push(Task::Visit(next, at)),
                Step::Save(slot) => {
                    if let Some(place) = slots.get_mut(slot) {
                        open.push(Task::Restore(slot, *place));
                        *place = Some(at);
                    }
                    open.push(Task::Visit(step + 1, at));
                }
                Step::AtStart if at == 0 => open.push(Task::Visit(step + 1, at)),
                Step::AtEnd if at == digits.len() => open.push(Task::Visit(step + 1, at)),
                Step::AtStart | Step::AtEnd => {}
                Step::Match if to_end && at != digits.len() => {}
                Step::Match => {
                    let range = |pair: &[Option<usize>; 2]| Some(pair[0]?..pair[1]?);
                    return Some(slots.as_chunks().0.iter().map(range).collect());
                }
            }
        }
        None
    }

    fn push(&mut self, step: Step) -> Result<usize, NumberFormatError> {
        if self.steps.len() >= MAX_STEPS {
            return Err(NumberFormatError::at(0, "the pattern needs more than 1,000 steps"));
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    /// Replaces a step that was added before the steps that it leads to were known.
    fn set(&mut self, at: usize, step: Step) {
        if let Some(place) = self.steps.get_mut(at) {
            *place = step;
        }
    }

    fn sequence(&mut self, nodes: &[Node]) -> Result<(), NumberFormatError> {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> Result<(), NumberFormatError> {
        match node {
            Node::Digit(set) => self.push(Step::Digit(*set)).map(drop),
            Node::AtStart => self.push(Step::AtStart).map(drop),
            Node::AtEnd => self.push(Step::AtEnd).map(drop),
            Node::Group(None, nodes) => self.sequence(nodes),
            Node::Group(Some(group), nodes) => {
                self.push(Step::Save(2 * group))?;
                self.sequence(nodes)?;
                self.push(Step::Save(2 * group + 1)).map(drop)
            }
            Node::Either(alternatives) => self.either(alternatives),
            Node::Repeat { node, min, max, is_lazy } => {
                for _ in 0..*min {
                    let before = self.steps.len();
                    self.sequence(node)?;
                    if self.steps.len() == before {
                        return Ok(());
                    }
                }
                match max {
                    None => self.unbounded(node, *is_lazy),
                    Some(max) => self.optional(node, max.saturating_sub(*min), *is_lazy),
                }
            }
        }
    }

    fn either(&mut self, alternatives: &[Vec<Node>]) -> Result<(), NumberFormatError> {
        let Some((last, others)) = alternatives.split_last() else {
            return Ok(());
        };
        let mut jumps = Vec::new();
        for alternative in others {
            let choice = self.push(Step::Match)?;
            self.sequence(alternative)?;
            jumps.push(self.push(Step::Match)?);
            self.set(choice, Step::Either(choice + 1, self.steps.len()));
        }
        self.sequence(last)?;
        for jump in jumps {
            self.set(jump, Step::Jump(self.steps.len()));
        }
        Ok(())
    }

    fn unbounded(&mut self, node: &[Node], is_lazy: bool) -> Result<(), NumberFormatError> {
        let choice = self.push(Step::Match)?;
        self.sequence(node)?;
        self.push(Step::Jump(choice))?;
        self.set(choice, self.choice(choice + 1, is_lazy));
        Ok(())
    }

    fn optional(&mut self, node: &[Node], count: usize, is_lazy: bool) -> Result<(), NumberFormatError> {
        let mut choices = Vec::new();
        for _ in 0..count {
            choices.push(self.push(Step::Match)?);
            self.sequence(node)?;
        }
        for choice in choices {
            self.set(choice, self.choice(choice + 1, is_lazy));
        }
        Ok(())
    }

    /// Returns the choice between the step `inside` a repetition and the next step of the program.
    fn choice(&self, inside: usize, is_lazy: bool) -> Step {
        let after = self.steps.len();
        if is_lazy { Step::Either(after, inside) } else { Step::Either(inside, after) }
    }
}

/// A task of the search: the first task on the stack is the next one.
enum Task {
    /// Continues with a step at a position.
    Visit(usize, usize),
    /// Restores a slot after all tasks that followed its change have failed.
    Restore(usize, Option<usize>),
}

struct Parser<'a> {
    pattern: &'a str,
    position: usize,
    groups: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.pattern.get(self.position..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.position += c.len_utf8();
        Some(c)
    }

    fn skip(&mut self, text: &str) -> bool {
        let is_next = self.pattern.get(self.position..).is_some_and(|rest| rest.starts_with(text));
        if is_next {
            self.position += text.len();
        }
        is_next
    }

    const fn error(&self, problem: &'static str) -> NumberFormatError {
        NumberFormatError::at(self.position, problem)
    }

    fn alternatives(&mut self) -> Result<Vec<Vec<Node>>, NumberFormatError> {
        let mut all = vec![self.sequence()?];
        while self.skip("|") {
            all.push(self.sequence()?);
        }
        Ok(all)
    }

    fn sequence(&mut self) -> Result<Vec<Node>, NumberFormatError> {
        let mut nodes = Vec::new();
        while !matches!(self.peek(), None | Some('|' | ')')) {
            let node = self.atom()?;
            nodes.push(self.repeated(node)?);
        }
        Ok(nodes)
    }

    fn atom(&mut self) -> Result<Node, NumberFormatError> {
        Ok(match self.next() {
            Some('(') => return self.group(),
            Some('[') => Node::Digit(self.class()?),
            Some('\\') => Node::Digit(self.escape()?),
            Some('.') => Node::Digit(ALL),
            Some('^') => Node::AtStart,
            Some('$') => Node::AtEnd,
            Some('?' | '*' | '+' | '{') => return Err(self.error("nothing to repeat")),
            Some(c) => Node::Digit(set_of(c)),
            None => return Err(self.error("unexpected end")),
        })
    }

    fn group(&mut self) -> Result<Node, NumberFormatError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("too many groups in groups"));
        }
        let group = if self.skip("?:") {
            None
        } else if self.peek() == Some('?') {
            return Err(self.error("unknown kind of group"));
        } else {
            self.groups += 1;
            Some(self.groups)
        };
        let alternatives = self.alternatives()?;
        if !self.skip(")") {
            return Err(self.error("expected `)`"));
        }
        self.depth -= 1;
        Ok(Node::Group(group, vec![Node::Either(alternatives)]))
    }

    /// Parses the escape after a backslash.
    fn escape(&mut self) -> Result<u16, NumberFormatError> {
        match self.next() {
            Some('d' | 'w' | 'S') => Ok(ALL),
            Some('D' | 'W' | 's') => Ok(0),
            Some(c) if c.is_ascii_punctuation() => Ok(0),
            _ => Err(self.error("unknown escape")),
        }
    }

    fn class(&mut self) -> Result<u16, NumberFormatError> {
        let is_negated = self.skip("^");
        let (mut set, mut is_first) = (0, true);
        loop {
            let Some(c) = self.next() else {
                return Err(self.error("expected `]`"));
            };
            match c {
                ']' if !is_first => break,
                '\\' => set |= self.escape()?,
                '[' | ']' | '&' => return Err(self.error("unsupported character in a class")),
                first => {
                    let is_range = self
                        .pattern
                        .get(self.position..)
                        .is_some_and(|rest| rest.starts_with('-') && !rest.starts_with("-]"));
                    if is_range {
                        self.next();
                        let Some(last) = self.next().filter(|last| *last >= first && *last != '\\') else {
                            return Err(self.error("invalid range"));
                        };
                        set |= ('0'..='9')
                            .filter(|c| (first..=last).contains(c))
                            .map(set_of)
                            .fold(0, |a, b| a | b);
                    } else {
                        set |= set_of(first);
                    }
                }
            }
            is_first = false;
        }
        Ok(if is_negated { !set & ALL } else { set })
    }

    /// Parses the repetitions that follow a node.
    fn repeated(&mut self, node: Node) -> Result<Node, NumberFormatError> {
        let (min, max) = match self.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => {
                self.next();
                let min = self.number()?;
                let max = match self.next() {
                    Some('}') => return self.lazy(node, min, Some(min)),
                    Some(',') if self.skip("}") => return self.lazy(node, min, None),
                    Some(',') => self.number()?,
                    _ => return Err(self.error("expected `,` or `}`")),
                };
                if max < min || self.peek() != Some('}') {
                    return Err(self.error("invalid repetition"));
                }
                (min, Some(max))
            }
            _ => return Ok(node),
        };
        self.next();
        self.lazy(node, min, max)
    }

    fn lazy(&mut self, node: Node, min: usize, max: Option<usize>) -> Result<Node, NumberFormatError> {
        let is_lazy = self.skip("?");
        if matches!(self.peek(), Some('?' | '*' | '+' | '{')) {
            return Err(self.error("a repetition of a repetition"));
        }
        Ok(Node::Repeat { node: vec![node], min, max, is_lazy })
    }

    fn number(&mut self) -> Result<usize, NumberFormatError> {
        let start = self.position;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.next();
        }
        let digits = self.pattern.get(start..self.position).and_then(|digits| digits.parse().ok());
        digits.filter(|number| *number <= MAX_STEPS).ok_or(self.error("expected a number up to 1,000"))
    }
}

/// Returns the set that a literal character matches; the empty set if the character is not a digit.
fn set_of(c: char) -> u16 {
    c.to_digit(10).map_or(0, |digit| 1 << digit)
}
