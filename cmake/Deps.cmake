# Third-party libraries, each held by the folder that CMakeLists.txt names. `deploy/packages.sh build` has them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(credit_need name module)
    pkg_check_modules(${name} QUIET IMPORTED_TARGET GLOBAL ${module})
    if(NOT ${name}_FOUND)
        message(FATAL_ERROR "The library '${module}' is missing. On Debian `deploy/packages.sh build` installs it.")
    endif()
endfunction()

credit_need(CRYPTO libcrypto)
credit_need(JANSSON jansson)
credit_need(SIMDJSON simdjson)
credit_need(ICU icu-uc)
credit_need(YAML yaml-0.1)
credit_need(CURL libcurl)
credit_need(ROCKSDB rocksdb)
credit_need(MICROHTTPD libmicrohttpd)
credit_need(RDKAFKA rdkafka)

# jemalloc keeps a long-running store small. Sanitizers bring an allocator of their own.
if(CREDENCE_KIND MATCHES "^(dev|release)$")
    pkg_check_modules(JEMALLOC QUIET IMPORTED_TARGET jemalloc)
endif()

# Without cmocka the programs are built and the tests are not.
pkg_check_modules(CMOCKA QUIET IMPORTED_TARGET cmocka)
if(NOT CMOCKA_FOUND)
    message(STATUS "cmocka is missing: tests are not built (`deploy/packages.sh test` installs it)")
endif()

# With it programs say what valgrind is to count (tests/bench/counts); there is nothing to link.
find_file(VALGRIND_HEADER valgrind/callgrind.h)
