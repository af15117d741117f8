//! `gilbench_legacy.so`: an empty extension module of CPython as they were written before there were builds without a
//! GIL. It does not say that it can do without, so importing it there switches the GIL back on.
//!
//! Laid out by hand after `Include/moduleobject.h`, for no header or library of any interpreter is needed to build it.

#![no_std]

use core::ffi::{c_char, c_int, c_void};
use core::ptr::null;

/// `PyModuleDef`: an object's head of so many words, then what it says of the module.
#[repr(C)]
struct Definition<const HEAD: usize> {
    head: [usize; HEAD],
    init: *const c_void,
    index: isize,
    copy: *const c_void,
    name: *const c_char,
    doc: *const c_char,
    size: isize,
    methods: *const c_void,
    slots: *const c_void,
    traverse: *const c_void,
    clear: *const c_void,
    free: *const c_void,
}

impl<const HEAD: usize> Definition<HEAD> {
    const fn new(head: [usize; HEAD]) -> Self {
        Self {
            head,
            init: null(),
            index: 0,
            copy: null(),
            name: c"gilbench_legacy".as_ptr(),
            doc: null(),
            size: -1,
            methods: null(),
            slots: null(),
            traverse: null(),
            clear: null(),
            free: null(),
        }
    }
}

unsafe extern "C" {
    fn PyModule_Create2(definition: *mut c_void, api: c_int) -> *mut c_void;
}

/// `PYTHON_API_VERSION`, the same since 2006.
const API: c_int = 1013;

/// A build with a GIL: a count of references and a type, which the interpreter fills in.
static mut WITH_GIL: Definition<2> = Definition::new([0; 2]);

/// A build without one: an owner and flags, counts of references by the owner and by others, and a type. The
/// interpreter fills all of them in.
#[cfg(target_pointer_width = "64")]
static mut WITHOUT_GIL: Definition<4> = Definition::new([0; 4]);

/// What imports it where there is a GIL.
#[unsafe(no_mangle)]
pub extern "C" fn PyInit_gilbench_legacy() -> *mut c_void {
    // SAFETY: the interpreter calls this once, in the one thread that imports, and keeps the definition.
    unsafe { PyModule_Create2((&raw mut WITH_GIL).cast(), API) }
}

/// What imports it, under this name, where there is none.
#[cfg(target_pointer_width = "64")]
#[unsafe(no_mangle)]
pub extern "C" fn PyInit_gilbench_legacy_t() -> *mut c_void {
    // SAFETY: as above.
    unsafe { PyModule_Create2((&raw mut WITHOUT_GIL).cast(), API) }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
