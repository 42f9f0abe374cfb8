#pragma once
#include <stddef.h>
#include <stdint.h>

/* One fuzz target: it must neither die nor break the promise that it asserts, whatever the bytes.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
