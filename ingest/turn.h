#pragma once

/* Who may read and judge rows of an upload now: so many threads at one time in this process, in the
 * order in which they asked. */
void turn_take(unsigned most);
void turn_give(void);
