/* Stored bytes: any input is read to an end, and what could be read is written back as it was. */
#include "base/check.h"
#include "base/wire.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct wire w = wire_of(slice_make(data, n));
    AUTO_BUF(b, 1 << 20);
    while (!w.failed && w.rest.n) {
        struct slice s = wire_bytes(&w);
        if (!w.failed)
            wire_put_bytes(&b, s);
    }
    if (!w.failed) {
        /* Lengths have one shortest form; a longer one reads the same and is written shorter. */
        CHECK(b.err || b.n <= n);
        struct wire again = wire_of(buf_slice(&b));
        struct wire first = wire_of(slice_make(data, n));
        while (!b.err && again.rest.n)
            CHECK(slice_eq(wire_bytes(&again), wire_bytes(&first)));
    }
    return 0;
}
