/* again FOLDER PAIRS DB: the ceiling of handing in what is there already. One thread reads the same
 * files, NDJSON by simdjson and CSV by a bare field splitter; the other looks the records' natural
 * keys up in a store of tests/bench/ceiling/write.c, sorted, a thousand at a time. Nothing is
 * judged, compared or written. Prints one JSON object.
 *
 * C++, because that is what simdjson speaks. */
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <simdjson.h>

extern "C" {
#include "tests/bench/ceiling/pairs.h"
#include "tests/bench/ceiling/rocks.h"
}

namespace
{

constexpr size_t kLookUps = 1000;
uint64_t fields_seen;

/* What must be touched of a document: every member. */
void scan_ndjson(simdjson::dom::parser &parser, const std::string &text)
{
    simdjson::dom::document_stream stream;
    if (parser.parse_many(text.data(), text.size(), 4 << 20).get(stream))
        give_up("again", "simdjson refuses a file");
    for (auto row : stream) {
        simdjson::dom::object object;
        if (row.get(object))
            continue; /* rows that cannot be read are planted */
        for (auto member : object)
            fields_seen += member.key.size() > 0;
    }
}

void scan_csv(const std::string &text)
{
    const char *p = text.data(), *end = p + text.size();
    while (p < end) {
        if (*p == '"') {
            do {
                const void *quote = std::memchr(p + 1, '"', static_cast<size_t>(end - p - 1));
                if (!quote)
                    return;
                p = static_cast<const char *>(quote) + 1;
            } while (p < end && *p == '"');
        }
        while (p < end && *p != ',' && *p != '\n')
            p++;
        p++;
        fields_seen++;
    }
}

void scan(const std::string &folder)
{
    simdjson::dom::parser parser;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto &path = entry.path();
        bool is_csv = path.extension() == ".csv";
        if (!is_csv && (path.extension() != ".ndjson" || path.filename() == "manifest.ndjson"))
            continue;
        std::ifstream in(path, std::ios::binary);
        std::string text(entry.file_size(), '\0');
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
        if (is_csv)
            scan_csv(text);
        else
            scan_ndjson(parser, text);
    }
}

/* How many were there. */
uint64_t look_up(const char *file, struct rocks *r)
{
    struct pairs pairs = pairs_open(file);
    rocksdb_readoptions_t *reading = rocksdb_readoptions_create();
    std::vector<const char *> keys;
    std::vector<size_t> sizes(kLookUps, PAIR_ID);
    std::vector<rocksdb_pinnableslice_t *> values(kLookUps);
    std::vector<char *> messages(kLookUps);
    uint64_t found = 0;
    for (bool is_last = false; !is_last;) {
        struct pair pair;
        keys.clear();
        while (keys.size() < kLookUps && !(is_last = !pairs_next(&pairs, &pair)))
            keys.push_back(reinterpret_cast<const char *>(pair.id));
        std::sort(keys.begin(), keys.end(),
                  [](const char *a, const char *b) { return std::memcmp(a, b, PAIR_ID) < 0; });
        rocksdb_batched_multi_get_cf(r->db, reading, r->cf[ROCKS_SOURCE], keys.size(), keys.data(),
                                     sizes.data(), values.data(), messages.data(), true);
        for (size_t i = 0; i < keys.size(); i++) {
            found += values[i] != nullptr;
            rocksdb_pinnableslice_destroy(values[i]);
        }
    }
    rocksdb_readoptions_destroy(reading);
    return found;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4)
        give_up("again FOLDER PAIRS DB", nullptr);
    struct rocks r = rocks_open(argv[3]);
    double began = now_s();
    uint64_t found = 0;
    std::thread scanning(scan, std::string(argv[1]));
    found = look_up(argv[2], &r);
    scanning.join();
    std::printf("{\"seconds\":%.4f,\"found\":%llu,\"fields\":%llu}\n", now_s() - began,
                static_cast<unsigned long long>(found),
                static_cast<unsigned long long>(fields_seen));
    std::fflush(stdout);
    rocks_close(&r);
    return 0;
}
