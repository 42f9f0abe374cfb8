# Warnings, sanitizers and hardening. CREDENCE_KIND comes from the preset; without one it is release.
set(CREDENCE_KIND release CACHE STRING "dev, asan, tsan, fuzz, cover or release")
set_property(CACHE CREDENCE_KIND PROPERTY STRINGS dev asan tsan fuzz cover release)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

# Linking against RocksDB takes memory; two at a time are enough to keep two cores busy.
set_property(GLOBAL PROPERTY JOB_POOLS links=2)
set(CMAKE_JOB_POOL_LINK links)

add_library(flags INTERFACE)
target_include_directories(flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(flags INTERFACE
    _GNU_SOURCE
    CREDENCE_VERSION="${PROJECT_VERSION}"
    CREDENCE_CATALOGUE_DIR="${CREDENCE_CATALOGUE_DIR}")
target_compile_options(flags INTERFACE
    -g -pthread -fno-common -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=
    -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wswitch-enum
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    "$<$<COMPILE_LANGUAGE:C>:SHELL:-include ${CMAKE_SOURCE_DIR}/base/banned.h>")
target_link_options(flags INTERFACE -pthread)

set(sanitize "")
if(CREDENCE_KIND STREQUAL dev)
    target_compile_options(flags INTERFACE -O1 -Werror)
elseif(CREDENCE_KIND STREQUAL asan)
    target_compile_options(flags INTERFACE -O1 -Werror)
    set(sanitize -fsanitize=address,undefined)
elseif(CREDENCE_KIND STREQUAL tsan)
    target_compile_options(flags INTERFACE -O1 -Werror)
    set(sanitize -fsanitize=thread)
elseif(CREDENCE_KIND STREQUAL fuzz)
    target_compile_options(flags INTERFACE -O1)
    set(sanitize -fsanitize=fuzzer-no-link,address,undefined)
elseif(CREDENCE_KIND STREQUAL cover)
    target_compile_options(flags INTERFACE -O0 --coverage)
    target_link_options(flags INTERFACE --coverage)
elseif(CREDENCE_KIND STREQUAL release)
    target_compile_options(flags INTERFACE -O2 -fstack-protector-strong
        -ftrivial-auto-var-init=zero -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
        $<$<COMPILE_LANGUAGE:CXX>:-D_GLIBCXX_ASSERTIONS>)
    include(CheckCCompilerFlag)
    check_c_compiler_flag(-fstack-clash-protection CREDENCE_HAS_STACK_CLASH)
    check_c_compiler_flag(-fcf-protection CREDENCE_HAS_CF_PROTECTION)
    target_compile_options(flags INTERFACE
        $<$<BOOL:${CREDENCE_HAS_STACK_CLASH}>:-fstack-clash-protection>
        $<$<BOOL:${CREDENCE_HAS_CF_PROTECTION}>:-fcf-protection>)
    target_link_options(flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
else()
    message(FATAL_ERROR "CREDENCE_KIND is '${CREDENCE_KIND}'; it must be dev, asan, tsan, fuzz, cover or release")
endif()

if(sanitize)
    target_compile_options(flags INTERFACE ${sanitize} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(flags INTERFACE ${sanitize})
endif()
if(NOT CREDENCE_KIND STREQUAL release)
    target_compile_definitions(flags INTERFACE CREDENCE_FAULTS)
endif()

# What the sanitizers are told when CTest runs a test.
set(CREDENCE_TEST_ENV
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
    "UBSAN_OPTIONS=print_stacktrace=1"
    "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp")
