//! Diagrams of transition tables, in Mermaid and in DOT.

/// An arrow from one state to another.
pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    /// The text on the arrow; may be empty.
    pub(super) label: String,
}

/// The node at which Mermaid's state diagrams start and end.
pub(super) const START_OR_END: &str = "[*]";

/// Returns a Mermaid state diagram.
pub(super) fn mermaid(edges: impl IntoIterator<Item = Edge>) -> String {
    let lines = edges.into_iter().map(|Edge { from, to, label }| {
        let colon = if label.is_empty() { "" } else { ": " };
        format!("    {from} --> {to}{colon}{label}\n")
    });
    std::iter::once("stateDiagram-v2\n".to_owned()).chain(lines).collect()
}

/// Returns a DOT graph named `name`.
pub(super) fn dot(name: &str, edges: impl IntoIterator<Item = Edge>) -> String {
    let lines = edges
        .into_iter()
        .map(|Edge { from, to, label }| format!("    {from} -> {to} [label=\"{label}\"];\n"));
    std::iter::once(format!("digraph {name} {{\n")).chain(lines).chain(["}\n".to_owned()]).collect()
}
