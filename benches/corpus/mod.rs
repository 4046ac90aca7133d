//! A generator of dialled texts with a fixed seed: the same texts on every machine.

/// A small linear congruential generator with Knuth's multiplier for MMIX.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn digits(&mut self, count: u64) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// Returns the area code, exchange code and line number of a number.
    fn nanp(&mut self) -> [String; 3] {
        let area = match self.below(10) {
            0 => self.one_of(&["800", "888", "877", "866", "855", "844", "833"]).to_owned(),
            1 => self.one_of(&["809", "876", "242", "787", "900"]).to_owned(),
            _ => format!("{}{}", 2 + self.below(8), self.digits(2)),
        };
        [area, format!("{}{}", 2 + self.below(8), self.digits(2)), self.digits(4)]
    }

    fn abroad(&mut self) -> String {
        let code = self.one_of(&["44", "49", "33", "52", "61", "91", "86", "353", "971", "55", "7", "39"]);
        let length = 7 + self.below(4);
        format!("{code}{}{}", 1 + self.below(9), self.digits(length))
    }
}

/// Returns the texts that a North American switch receives: mostly its own numbers in three spellings,
/// other numbers in three further ones, short codes, extensions and invalid texts.
pub(crate) fn dialled(count: usize) -> Vec<String> {
    let mut random = Random::new(0x7E1);
    (0..count)
        .map(|_| match random.below(100) {
            0..30 => format!("+1{}", random.nanp().concat()),
            30..50 => random.nanp().concat(),
            50..60 => format!("1{}", random.nanp().concat()),
            60..68 => format!("+{}", random.abroad()),
            68..78 => format!("011{}", random.abroad()),
            78..80 => format!("00{}", random.abroad()),
            80..86 => random.one_of(&["911", "411", "311", "811", "988", "0", "*67", "*98"]).to_owned(),
            86..94 => {
                let length = 3 + random.below(3);
                random.digits(length)
            }
            94..97 => random.one_of(&["anonymous", "unknown", "sip:alice", "Restricted", "+", ""]).to_owned(),
            _ => {
                let length = 6 + random.below(10);
                random.digits(length)
            }
        })
        .collect()
}

/// Returns North American numbers as people type them: bare, with the country code, with separators.
pub(crate) fn north_american(count: usize) -> Vec<String> {
    let mut random = Random::new(0x1A1);
    (0..count)
        .map(|_| {
            let [area, exchange, line] = random.nanp();
            match random.below(6) {
                0 => format!("+1{area}{exchange}{line}"),
                1 => format!("1{area}{exchange}{line}"),
                2 => format!("{area}{exchange}{line}"),
                3 => format!("({area}) {exchange}-{line}"),
                4 => format!("{area}-{exchange}-{line}"),
                _ => format!("+1 {area} {exchange} {line}"),
            }
        })
        .collect()
}
