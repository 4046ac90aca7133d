//! Parses, looks up and formats a number without the standard library.
//!
//! The program has a panic handler of its own. If anything linked `std`, there would be two, which does not
//! compile. It exits with 0 if the answers are right.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::string::ToString;
use core::alloc::{GlobalAlloc, Layout};
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

use telnum::plan::{self, AsYouType, NumberType, Region};

/// An allocator that never frees, over a static array.
struct Bump {
    next: AtomicUsize,
}

const HEAP: usize = 1 << 16;

#[repr(align(16))]
struct Heap(#[expect(dead_code, reason = "read and written through pointers")] [u8; HEAP]);

static mut MEMORY: Heap = Heap([0; HEAP]);

#[global_allocator]
static ALLOCATOR: Bump = Bump { next: AtomicUsize::new(0) };

// SAFETY: every allocation is a part of `MEMORY` of its own, aligned for all layouts up to 16 bytes.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > align_of::<Heap>() {
            return ptr::null_mut();
        }
        let size = layout.size().next_multiple_of(align_of::<Heap>());
        let start = self.next.fetch_add(size, Ordering::Relaxed);
        if start + size > HEAP {
            return ptr::null_mut();
        }
        // SAFETY: `start` is in bounds.
        unsafe { (&raw mut MEMORY).cast::<u8>().add(start) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// The precompiled `alloc` refers to the functions of unwinding, which a program that aborts does not call.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// See [`rust_eh_personality`].
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    loop {
        core::hint::spin_loop();
    }
}

// `memcpy` and the like, and the entry point.
#[link(name = "c")]
unsafe extern "C" {}

/// The entry point of the C runtime.
#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    let Ok(parsed) = plan::parse("(020) 7946 0000", Some(Region::GB)) else { return 1 };
    let found = plan::lookup(parsed.number);
    if (found.region(), found.number_type()) != (Some(Region::GB), NumberType::FixedLine) {
        return 2;
    }
    if parsed.number.to_string() != "+442079460000" || parsed.number.national() != "020 7946 0000" {
        return 3;
    }
    let mut formatter = AsYouType::new(Some(Region::US));
    for key in "6502532222".chars() {
        formatter.push(key);
    }
    if formatter.as_str() != "(650) 253-2222" {
        return 4;
    }
    0
}
