//! Prefixes as a trie of small nodes. The format is described in `src/geo/trie.rs`, which reads it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::Hash;

use super::{Error, words};

/// The number of sections of a trie.
pub(crate) const SECTIONS: usize = 6;
/// The number of digits that select a root.
const ROOT_DIGITS: usize = 3;
/// The number of nodes in a block.
const NODES: usize = 6;
/// The number of values that most chunks know. They have the lowest numbers, and take one byte in the
/// list of a chunk.
const COMMON: usize = 512;

/// A map from prefixes to answers.
pub(crate) struct Trie<Answer> {
    /// The sections for complete numbers.
    pub(crate) sections: Vec<Vec<u8>>,
    /// The additional sections for digits that end before a leaf.
    pub(crate) ends: [Vec<u8>; 2],
    /// The sections of the North American prefixes, whose format `src/geo/nanp.rs` describes.
    pub(crate) nanp: [Vec<u8>; 3],
    /// The answers by value; the first one is the default.
    pub(crate) answers: Vec<Answer>,
}

/// The prefixes as they are read.
#[derive(Default)]
struct Draft {
    children: [Option<Box<Self>>; 10],
    key: Option<String>,
}

/// The trie in which a leaf stands for all further digits.
enum Tree<Answer> {
    Leaf(Answer),
    /// The answer for the digits up to this node.
    Node(Answer, Vec<Self>),
}

/// The shape of a trie.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// The number of leaves in a chunk.
    pub(crate) chunk: usize,
    /// Whether the node of a prefix is wide, for speed; the nodes above a wide one must be wide, too.
    pub(crate) is_wide: fn(&str) -> bool,
    /// Whether the prefixes that start with 1 are in sections of their own.
    pub(crate) has_nanp: bool,
}

/// The number of digits after the 1 that select a root of the North American prefixes.
const NANP_ROOT_DIGITS: usize = 4;
/// The number of leaves of a North American node.
const NANP_LEAVES: usize = 100;

/// Builds the trie. `refine` derives the answer for a prefix from that for the longest shorter prefix.
pub(crate) fn build<Entry, Answer: Clone + Default + Eq + Hash>(
    entries: &BTreeMap<String, Entry>,
    shape: Shape,
    refine: impl Fn(&Answer, &Entry) -> Answer,
) -> Result<Trie<Answer>, Error> {
    let mut draft = Draft::default();
    for prefix in entries.keys() {
        let mut node = &mut draft;
        for digit in prefix.bytes() {
            node = node.children[usize::from(digit - b'0')].get_or_insert_default();
        }
        node.key = Some(prefix.clone());
    }
    let tree = collapse(&draft, &Answer::default(), &|answer, key| refine(answer, &entries[key]));
    // The prefixes that start with 1 and end before a leaf, with their answers.
    let is_start =
        |prefix: &&String| shape.has_nanp && prefix.starts_with('1') && prefix.len() < NANP_ROOT_DIGITS + 3;
    let answer = |prefix: &String| {
        let shorter = (1..=prefix.len()).filter_map(|end| entries.get(prefix.get(..end)?));
        shorter.fold(Answer::default(), |answer, entry| refine(&answer, entry))
    };
    let starts = entries.keys().filter(is_start).map(|prefix| (prefix.as_str(), answer(prefix))).collect();
    lay_out(&tree, starts, shape)
}

fn collapse<Answer: Clone + Eq>(
    draft: &Draft,
    inherited: &Answer,
    refine: &impl Fn(&Answer, &str) -> Answer,
) -> Tree<Answer> {
    let answer = draft.key.as_ref().map_or_else(|| inherited.clone(), |key| refine(inherited, key));
    if draft.children.iter().all(Option::is_none) {
        return Tree::Leaf(answer);
    }
    let children: Vec<_> = draft
        .children
        .iter()
        .map(|child| match child {
            Some(child) => collapse(child, &answer, refine),
            None => Tree::Leaf(answer.clone()),
        })
        .collect();
    let all_equal = children.iter().all(|child| matches!(child, Tree::Leaf(other) if *other == answer));
    if all_equal { Tree::Leaf(answer) } else { Tree::Node(answer, children) }
}

/// Numbers answers by their first occurrence.
struct Values<Answer> {
    answers: Vec<Answer>,
    index: HashMap<Answer, u16>,
}

impl<Answer: Clone + Default + Eq + Hash> Values<Answer> {
    /// Returns an interner with the default only.
    fn new() -> Self {
        Self { answers: vec![Answer::default()], index: HashMap::from([(Answer::default(), 0)]) }
    }

    fn of(&mut self, answer: &Answer) -> Result<u16, Error> {
        if let Some(value) = self.index.get(answer) {
            return Ok(*value);
        }
        let value = u16::try_from(self.answers.len())?;
        self.answers.push(answer.clone());
        self.index.insert(answer.clone(), value);
        Ok(value)
    }

    /// Returns an interner with the default and the values that occur in the most chunks of a sequence.
    fn common(&self, sequence: &[u16], chunk: usize) -> Result<Self, Error> {
        let mut counts = vec![0; self.answers.len()];
        for chunk in sequence.chunks(chunk) {
            chunk
                .iter()
                .collect::<HashSet<_>>()
                .into_iter()
                .for_each(|value| counts[usize::from(*value)] += 1);
        }
        let mut by_count: Vec<_> = counts.into_iter().zip(&self.answers).collect();
        // The sort is stable, so the first occurrence decides among equals.
        by_count.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let mut values = Self::new();
        for (_, answer) in by_count {
            if values.answers.len() < COMMON {
                values.of(answer)?;
            }
        }
        Ok(values)
    }
}

fn lay_out<Answer: Clone + Default + Eq + Hash>(
    tree: &Tree<Answer>,
    starts: Vec<(&str, Answer)>,
    shape: Shape,
) -> Result<Trie<Answer>, Error> {
    let nothing = Tree::Leaf(Answer::default());
    let (mut roots, mut nanp_roots) = (below(("", tree), ROOT_DIGITS), Vec::new());
    if shape.has_nanp {
        nanp_roots = below(("", below(("", tree), 1)[1].1), NANP_ROOT_DIGITS);
        roots.iter_mut().filter(|(path, _)| path.starts_with('1')).for_each(|(_, root)| *root = &nothing);
    }
    // The wide nodes come first, then the others in breadth-first order, in the order in which the wide
    // nodes lead to them.
    let is_node = |node: &Tree<Answer>| matches!(node, Tree::Node(..));
    let (mut wide, mut open) = (Vec::new(), VecDeque::new());
    let mut level: VecDeque<_> = roots.iter().filter(|(_, root)| is_node(root)).cloned().collect();
    while let Some((path, node)) = level.pop_front() {
        if (shape.is_wide)(&path) {
            level.extend(children(&path, node).into_iter().filter(|(_, child)| is_node(child)));
            wide.push(node);
        } else {
            open.push_back(node);
        }
    }
    let first_count = open.len();
    let mut order = Vec::new();
    while let Some(node) = open.pop_front() {
        if let Tree::Node(_, children) = node {
            order.push((node, children));
            open.extend(children.iter().filter(|child| is_node(child)));
        }
    }

    // The first pass counts the values, the second one numbers the common ones first.
    let (mut values, mut sequence) = (Values::new(), Vec::new());
    nanp_nodes(&nanp_roots, &mut values, &mut sequence)?;
    blocks(&order, first_count, &mut values, &mut sequence)?;
    let mut values = values.common(&sequence, shape.chunk)?;

    let ids: HashMap<*const Tree<Answer>, usize> = wide
        .iter()
        .copied()
        .chain(order.iter().map(|(node, _)| *node))
        .map(std::ptr::from_ref)
        .zip(0..)
        .collect();
    let leaves = wide.len() + order.len().next_multiple_of(NODES);
    let mut entry = |node: &Tree<Answer>| match node {
        Tree::Leaf(answer) => Ok::<_, Error>(u16::try_from(leaves + usize::from(values.of(answer)?))?),
        Tree::Node(..) => Ok(u16::try_from(ids[&std::ptr::from_ref(node)])?),
    };
    let root_words = roots.iter().map(|(_, root)| entry(root)).collect::<Result<_, _>>()?;
    let wide_children = wide.iter().flat_map(|node| children("", node));
    let wide_words = wide_children.map(|(_, child)| entry(child)).collect::<Result<_, _>>()?;

    let mut sequence = Vec::new();
    let nanp_nodes = nanp_nodes(&nanp_roots, &mut values, &mut sequence)?;
    let blocks = blocks(&order, first_count, &mut values, &mut sequence)?;
    let [chunks, known, bits] = pack(&sequence, shape.chunk)?;
    let nodes: Vec<_> = wide.into_iter().chain(order.into_iter().map(|(node, _)| node)).collect();
    let ends = ends(&nodes, &mut values)?;
    let sections = vec![words(root_words), words(wide_words), blocks, chunks, known, bits];

    let (mut next_node, count) = (0..u16::MAX, nanp_nodes.len() / 16);
    let mut root = |node: &Tree<Answer>| match node {
        Tree::Leaf(answer) => Ok::<_, Error>(u16::try_from(count + usize::from(values.of(answer)?))?),
        Tree::Node(..) => next_node.next().ok_or_else(|| "too many nodes".into()),
    };
    let nanp_roots = nanp_roots.iter().map(|(_, node)| root(node)).collect::<Result<_, _>>()?;
    let mut nanp_starts: Vec<(u32, u16)> = Vec::new();
    for (prefix, answer) in starts {
        let digits = prefix.parse::<u64>()? * 10u64.pow(u32::try_from(7 - prefix.len())?);
        let packed = u32::from_str_radix(&digits.to_string(), 16)?;
        nanp_starts.push((packed | u32::try_from(prefix.len())?, values.of(&answer)?));
    }
    nanp_starts.sort_unstable();
    let nanp_starts = nanp_starts.into_iter().flat_map(|(start, value)| {
        let [a, b, c, d] = start.to_le_bytes();
        [u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]), value]
    });
    let nanp = [words(nanp_roots), nanp_nodes, words(nanp_starts.collect())];
    Ok(Trie { sections, ends, nanp, answers: values.answers })
}

/// Returns the nodes that are `digits` digits below a node, with their paths.
fn below<'a, Answer>(
    (path, node): (&str, &'a Tree<Answer>),
    digits: usize,
) -> Vec<(String, &'a Tree<Answer>)> {
    (0..digits).fold(vec![(path.to_owned(), node)], |nodes, _| {
        nodes.into_iter().flat_map(|(path, node)| children(&path, node)).collect()
    })
}

/// Returns the North American nodes: a bit for each leaf that differs from the previous one, the number
/// of values before the node, and the number of bits in the first word. The values are appended to `sequence`, without repetitions.
fn nanp_nodes<Answer: Clone + Default + Eq + Hash>(
    roots: &[(String, &Tree<Answer>)],
    values: &mut Values<Answer>,
    sequence: &mut Vec<u16>,
) -> Result<Vec<u8>, Error> {
    let mut nodes = Vec::new();
    for (path, root) in roots.iter().filter(|(_, root)| matches!(root, Tree::Node(..))) {
        let mut bits = u128::try_from(sequence.len())? << NANP_LEAVES;
        if sequence.len() >= 1 << 18 {
            return Err("too many different leaves".into());
        }
        for (place, (_, leaf)) in below((path, root), 2).into_iter().enumerate() {
            let Tree::Leaf(answer) = leaf else {
                return Err(format!("a prefix of more than seven digits starts with 1{path}").into());
            };
            let value = values.of(answer)?;
            if sequence.last() != Some(&value) {
                bits |= 1 << place;
                sequence.push(value);
            }
        }
        let in_first_word = u64::try_from(bits & u128::from(u64::MAX))?.count_ones();
        bits |= u128::from(in_first_word) << 118;
        nodes.extend(bits.to_le_bytes());
    }
    Ok(nodes)
}

/// Returns the children of a node with their paths; those of a leaf are the leaf itself.
fn children<'a, Answer>(path: &str, node: &'a Tree<Answer>) -> Vec<(String, &'a Tree<Answer>)> {
    let child = |digit: usize| match node {
        Tree::Leaf(_) => node,
        Tree::Node(_, children) => &children[digit],
    };
    (0..10).map(|digit| (format!("{path}{digit}"), child(digit))).collect()
}

/// A node and its children.
type Node<'a, Answer> = (&'a Tree<Answer>, &'a Vec<Tree<Answer>>);

/// Returns the blocks. The values of the leaves are appended to `sequence`, without repetitions.
fn blocks<Answer: Clone + Default + Eq + Hash>(
    order: &[Node<'_, Answer>],
    first_count: usize,
    values: &mut Values<Answer>,
    sequence: &mut Vec<u16>,
) -> Result<Vec<u8>, Error> {
    let mut blocks = Vec::new();
    let mut next_child = first_count;
    for block in order.chunks(NODES) {
        let (mut children_bits, mut change_bits) = (0u64, 0u64);
        let (first_child, first_value) = (next_child, sequence.len());
        for (place, child) in block.iter().flat_map(|(_, children)| children.iter()).enumerate() {
            match child {
                Tree::Node(..) => {
                    children_bits |= 1 << place;
                    next_child += 1;
                }
                Tree::Leaf(answer) => {
                    let value = values.of(answer)?;
                    if sequence.last() != Some(&value) {
                        change_bits |= 1 << place;
                        sequence.push(value);
                    }
                }
            }
        }
        // The bits above 16 are stored above the 60 bits of each word.
        let high = u64::try_from(first_value >> 16)?;
        blocks.extend((children_bits | (high & 0xF) << 60).to_le_bytes());
        blocks.extend((change_bits | high >> 4 << 60).to_le_bytes());
        blocks.extend(u16::try_from(first_child)?.to_le_bytes());
        blocks.extend(u16::try_from(first_value & 0xFFFF)?.to_le_bytes());
    }
    Ok(blocks)
}

/// Returns the nodes at which digits that end there have another answer than if followed by zeros: a
/// bit for each node that has the default, and node and value for the others.
fn ends<Answer: Clone + Default + Eq + Hash>(
    nodes: &[&Tree<Answer>],
    values: &mut Values<Answer>,
) -> Result<[Vec<u8>; 2], Error> {
    let (mut nothing, mut ends) = (vec![0u8; nodes.len().div_ceil(8)], Vec::new());
    for (place, node) in nodes.iter().enumerate() {
        let mut padded = *node;
        while let Tree::Node(_, children) = padded {
            padded = &children[0];
        }
        if let (Tree::Node(own, _), Tree::Leaf(zeros)) = (node, padded)
            && own != zeros
        {
            match values.of(own)? {
                0 => nothing[place / 8] |= 1 << (place % 8),
                value => ends.extend([u16::try_from(place)?, value]),
            }
        }
    }
    Ok([nothing, words(ends)])
}

/// Packs values into as few bits as the number of different values in their chunk requires. Since
/// values are numbered by first occurrence, the new values of a chunk are consecutive, and only those
/// known from earlier chunks are listed.
fn pack(sequence: &[u16], chunk: usize) -> Result<[Vec<u8>; 3], Error> {
    let (mut chunks, mut lists, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    let mut next_new = u16::try_from(COMMON)?;
    for chunk in sequence.chunks(chunk) {
        let first_new = next_new;
        let known: BTreeSet<u16> = chunk.iter().copied().filter(|value| *value < first_new).collect();
        let known: Vec<u16> = known.into_iter().collect();
        next_new = next_new.max(chunk.iter().max().map_or(0, |value| value + 1));
        let count = known.len() + usize::from(next_new - first_new);
        let width = (usize::BITS - count.saturating_sub(1).leading_zeros()) as usize;
        let below = |limit| known.iter().filter(|value| **value < limit).count();
        chunks.extend(u32::try_from(bytes.len())?.to_le_bytes());
        let facts = [lists.len(), below(256), below(512), known.len(), usize::from(first_new), width];
        for fact in facts {
            chunks.extend(u16::try_from(fact)?.to_le_bytes());
        }
        for value in &known {
            let bytes = value.to_le_bytes();
            lists.extend(if usize::from(*value) < COMMON { &bytes[..1] } else { &bytes });
        }
        let (mut word, mut filled) = (0u64, 0);
        for value in chunk {
            let code = match known.binary_search(value) {
                Ok(place) => place,
                Err(_) => known.len() + usize::from(value - first_new),
            };
            word |= u64::try_from(code)? << filled;
            filled += width;
            while filled >= 8 {
                bytes.push(u8::try_from(word & 0xFF)?);
                (word, filled) = (word >> 8, filled - 8);
            }
        }
        if filled > 0 {
            bytes.push(u8::try_from(word)?);
        }
    }
    // The library reads four bytes of codes and two of lists at once.
    bytes.extend([0; 4]);
    lists.push(0);
    Ok([chunks, lists, bytes])
}
