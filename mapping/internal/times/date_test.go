package times_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/times"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for text, dates := range map[string][3]string{ // without an order, day first, month first
		"03/04/1990":               {"", "1990-04-03", "1990-03-04"},
		"3/4/1990":                 {"", "1990-04-03", "1990-03-04"},
		"3.4.1990":                 {"", "1990-04-03", "1990-03-04"},
		"03-04-1990":               {"", "1990-04-03", "1990-03-04"},
		"03 04 1990":               {"", "1990-04-03", "1990-03-04"},
		"03/04/1990 10:30":         {"", "1990-04-03", "1990-03-04"},
		"03/04/1990 10:30:00 PM":   {"", "1990-04-03", "1990-03-04"},
		"13/04/1990":               {"1990-04-13", "1990-04-13", "1990-04-13"},
		"04/13/1990":               {"1990-04-13", "1990-04-13", "1990-04-13"},
		"04/04/1990":               {"1990-04-04", "1990-04-04", "1990-04-04"},
		"1990/4/3":                 {"1990-04-03", "1990-04-03", "1990-04-03"},
		"1990.04.03":               {"1990-04-03", "1990-04-03", "1990-04-03"},
		"1990 April 3":             {"1990-04-03", "1990-04-03", "1990-04-03"},
		"03 Apr 1990":              {"1990-04-03", "1990-04-03", "1990-04-03"},
		"3-apr-1990":               {"1990-04-03", "1990-04-03", "1990-04-03"},
		"3. April 1990":            {"1990-04-03", "1990-04-03", "1990-04-03"},
		"April 3, 1990":            {"1990-04-03", "1990-04-03", "1990-04-03"},
		"Tuesday, April 3rd, 1990": {"1990-04-03", "1990-04-03", "1990-04-03"},
		"Sept 2nd 1990":            {"1990-09-02", "1990-09-02", "1990-09-02"},
		"2nd of April 1990":        {"1990-04-02", "1990-04-02", "1990-04-02"},
		"29 Feb 1992":              {"1992-02-29", "1992-02-29", "1992-02-29"},
		"29 Feb 1990":              {},
		"31/04/1990":               {},
		"31/31/1990":               {},
		"0/4/1990":                 {},
		"00/00/0000":               {},
		"03/04/90":                 {},
		"04/1990":                  {},
		"3 avril 1990":             {},
		"1990":                     {},
		"of of of":                 {},
		"3 4 1990 5":               {},
		"am":                       {},
		"":                         {},
		"3 April 1990 and more":    {},
		"٣/٤/١٩٩٠":                 {},
		"3rd":                      {},
		"3/4/1990 noon":            {},
		"3/4/1990 :":               {},
	} {
		for i, order := range []times.Order{times.NoOrder, times.DayFirst, times.MonthFirst} {
			seconds, ok := times.ParseDate([]byte(text), order)
			require.Equal(t, dates[i] != "", ok, "%q, order %d", text, order)
			if ok {
				require.Equal(t, dates[i], time.Unix(seconds, 0).UTC().Format(time.DateOnly), "%q, order %d", text, order)
				require.Zero(t, seconds%86400)
			}
		}
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add([]byte("03/04/1990"), uint8(1))
	f.Add([]byte("Tuesday, April 3rd, 1990 10:00 PM"), uint8(0))
	f.Fuzz(func(t *testing.T, text []byte, order uint8) {
		if seconds, ok := times.ParseDate(text, times.Order(order%3)); ok {
			year := time.Unix(seconds, 0).UTC().Year()
			require.Contains(t, string(text), time.Unix(seconds, 0).UTC().Format("2006"))
			require.Positive(t, year)
		}
	})
}
