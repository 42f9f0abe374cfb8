/* Traces of spreadsheets. */
#include "ingest/spreadsheet.h"
#include "tests/support/test.h"

TEST(a_number_with_an_exponent_of_twelve_digits_and_more_was_rounded)
{
    static const char *const rounded[] = {"9.14403E+17", "9.14403001922038E+017", "4.40301E+11",
                                          "1E+15", "-9.1e+16"};
    static const char *const others[] = {
        "",       "9",        "9.14403E17", "1.38001E+10", "1E12",   "12.5E+17", "E+17",
        "9.E+17", "9.1E+17X", "9.1E-17",    "9.1E+1234",   "9.1E+ ", "9.1E+"};
    for (size_t i = 0; i < ARRAY_LEN(rounded); i++)
        EXPECT(spreadsheet_rounded(slice_of(rounded[i])));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        EXPECT(!spreadsheet_rounded(slice_of(others[i])));
}

TEST(errors_of_formulas_are_known)
{
    EXPECT(spreadsheet_error(SLICE("#N/A")));
    EXPECT(spreadsheet_error(SLICE("#DIV/0!")));
    EXPECT(spreadsheet_error(SLICE("#name?")));
    EXPECT(spreadsheet_error(SLICE("Err:502")));
    EXPECT(!spreadsheet_error(SLICE("#1")));
    EXPECT(!spreadsheet_error(SLICE("N/A")));
    EXPECT(!spreadsheet_error(SLICE("Err:x02")));
    EXPECT(!spreadsheet_error(SLICE("")));
}
