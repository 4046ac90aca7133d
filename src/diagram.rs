use std::fmt;

/// A table of ways from state to state, as a drawing.
pub(crate) struct Diagram {
    pub(crate) notation: Notation,
    /// From where, to where, and a few words to it.
    pub(crate) ways: fn() -> Vec<(&'static str, &'static str, String)>,
}

pub(crate) enum Notation {
    /// Mermaid, with lines before and after the ways.
    Mermaid(&'static str, &'static str),
    /// A DOT graph with a name.
    Dot(&'static str),
}

impl fmt::Display for Diagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ways = (self.ways)().into_iter();
        match self.notation {
            Notation::Mermaid(before, after) => {
                write!(f, "stateDiagram-v2\n{before}")?;
                ways.try_for_each(|(from, to, label)| writeln!(f, "    {from} --> {to}: {label}"))?;
                f.write_str(after)
            }
            Notation::Dot(name) => {
                writeln!(f, "digraph {name} {{")?;
                ways.try_for_each(|(from, to, label)| {
                    writeln!(f, "    {from} -> {to} [label=\"{label}\"];")
                })?;
                f.write_str("}\n")
            }
        }
    }
}
