#pragma once
/* Force-included into every C file: these functions must not compile, because each has a safer
 * sibling that says how much it may write or where it stops. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncat sprintf vsprintf gets strtok atoi atol atoll
#pragma GCC poison gmtime localtime ctime asctime
