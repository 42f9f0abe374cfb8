#pragma once
#include <stdbool.h>

/* Fault points (fault.def). Armed by CREDENCE_FAULT="name" (every pass), "name:3" (the third pass
 * only), several separated by commas, read once at the first pass; or by fault_arm in unit tests.
 */
enum fault {
#define FAULT(id, name, text) FAULT_##id,
#include "base/fault.def"
#undef FAULT
    FAULT_COUNT
};

#ifdef CREDENCE_FAULTS
/* True when this pass is to fail. */
bool fault_hit(enum fault f);
/* nth 0: every pass; n > 0: the nth pass from now; -1: disarmed. */
void fault_arm(enum fault f, int nth);
#else
#define fault_hit(f) false
#define fault_arm(f, nth) ((void)(f), (void)(nth))
#endif
