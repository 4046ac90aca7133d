//! A proxy between a store and its server that cuts connections.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use telnum::store::postgres::PostgresConfig;

pub(crate) struct Proxy {
    url: String,
    cutter: Arc<Cutter>,
}

/// The decision whether to cut a connection, made when bytes arrive from either side.
#[derive(Default)]
struct Cutter {
    /// The average number of arrivals per cut; 0 for no cuts.
    one_of: AtomicU32,
    random: AtomicU32,
    cuts: AtomicU32,
}

impl Proxy {
    /// Starts a proxy for the server of `postgres://user@host:port/database`.
    pub(crate) fn new(url: &str) -> Self {
        let (start, rest) = url.split_once('@').unwrap();
        let (server, database) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{start}@{}/{database}", listener.local_addr().unwrap());
        let cutter = Arc::new(Cutter { random: AtomicU32::new(1), ..Cutter::default() });
        let (server, shared) = (server.to_owned(), Arc::clone(&cutter));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let cutter = Arc::clone(&shared);
                    thread::spawn(move || forward(from, to, &cutter));
                }
            }
        });
        Self { url, cutter }
    }

    pub(crate) fn config(&self) -> PostgresConfig {
        self.url.parse().unwrap()
    }

    /// Cuts connections at random, on average at one of `count` arrivals of bytes.
    pub(crate) fn cut_one_of(&self, count: u32) {
        self.cutter.one_of.store(count, Ordering::SeqCst);
    }

    pub(crate) fn cut_none(&self) {
        self.cut_one_of(0);
    }

    pub(crate) fn cuts(&self) -> u32 {
        self.cutter.cuts.load(Ordering::SeqCst)
    }
}

impl Cutter {
    fn is_cut(&self) -> bool {
        let one_of = self.one_of.load(Ordering::SeqCst);
        // A linear congruential generator, whose upper bits are random enough.
        let step = |random: u32| random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let random =
            self.random.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |random| Some(step(random)));
        let is_cut = one_of > 0 && (random.unwrap() >> 16).is_multiple_of(one_of);
        self.cuts.fetch_add(u32::from(is_cut), Ordering::SeqCst);
        is_cut
    }
}

/// Forwards bytes until the connection ends, or is cut.
fn forward(mut from: TcpStream, mut to: TcpStream, cutter: &Cutter) {
    let mut buffer = vec![0; 65_536];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0
            || cutter.is_cut()
            || buffer.get(..count).is_none_or(|bytes| to.write_all(bytes).is_err())
        {
            break;
        }
    }
    for stream in [&from, &to] {
        // The other side may have closed the connection already.
        let _ = stream.shutdown(Shutdown::Both);
    }
}
