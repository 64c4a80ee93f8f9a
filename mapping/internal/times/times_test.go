package times_test

import (
	"fmt"
	"net/mail"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/times"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const day, nine = 1795392000, 1795392000 + 9*3600 + 3*60 + 17
	for text, wanted := range map[string]int64{
		"2026-11-23":                        day,
		"20261123":                          day,
		"2026-11-23T09:03:17Z":              nine,
		"2026-11-23t09:03:17z":              nine,
		"2026-11-23 09:03:17":               nine,
		"2026-11-23T09:03:17.999Z":          nine,
		"2026-11-23T09:03:17,5Z":            nine,
		"20261123T090317Z":                  nine,
		"20261123T0903":                     nine - 17,
		"2026-11-23T09":                     day + 9*3600,
		"2026-11-23T09+05:30":               day + 9*3600 - 19800,
		"2026-11-23T09:03:17.123+05:30":     nine - 19800,
		"2026-11-23T09:03:17+05:30":         nine - 19800,
		"2026-11-23T09:03:17+0530":          nine - 19800,
		"2026-11-23T09:03:17-05":            nine + 18000,
		"2026-11-23T24:00":                  day + 86400,
		"2026-11-23T23:59:60Z":              day + 86400,
		"1969-12-31T23:59:59Z":              -1,
		"0001-01-01":                        -62135596800,
		"2000-02-29":                        951782400,
		"9999-12-31":                        253402214400,
		"2026-11-23T09:03:17.123456789012Z": nine,
		// Databases and Ruby.
		"2026-11-23 09:03:17 UTC":              nine,
		"2026-11-23 09:03:17.562 UTC":          nine,
		"2026-11-23 09:03:17 GMT":              nine,
		"2026-11-23 09:03:17 +0530":            nine - 19800,
		"2026-11-23 09:03:17 +05:30":           nine - 19800,
		"2026-11-23 09:03:17 -08:00":           nine + 8*3600,
		"2026-11-23 09:03:17+00":               nine,
		"2026-11-23 09:03:17.0000000 +00:00":   nine,
		"2026-11-23T09:03:17 Z":                nine,
		"2026-11-23T09:03:17 utc":              nine,
		"2026-11-23T09:03 +0530":               nine - 17 - 19800,
		"Mon, 23 Nov 2026 09:03:17 UTC +00:00": nine,
		"Mon, 23 Nov 2026 09:03:17 IST +05:30": nine - 19800,
		// RFC 2822, RFC 7231.
		"Mon, 23 Nov 2026 09:03:17 GMT":         nine,
		"Mon, 23 Nov 2026 09:03:17 +0000":       nine,
		"Mon, 23 Nov 2026 14:33:17 +0530":       nine,
		"Mon, 23 Nov 2026 01:03:17 -0800":       nine,
		"Mon, 23 Nov 2026 01:03:17 PST":         nine,
		"Mon, 23 Nov 2026 09:03:17 +0000 (UTC)": nine,
		"23 Nov 2026 09:03 GMT":                 nine - 17,
		"mon, 23 nov 2026 09:03:17 gmt":         nine,
		"Mon, 23 Nov 26 09:03:17 UT":            nine,
		"Sat, 1 Jan 00 00:00:00 Z":              946684800,
		"Tue, 9 Sep 97 00:00:00 Z":              873763200,
		"Tue, 23 Nov 2026 09:03:17 GMT":         nine, // a Monday, but the date says when
		"23 Nov 2026":                           day,
		// JavaScript: toString, toUTCString, toDateString.
		"Mon Nov 23 2026 09:03:17 GMT+0000 (UTC)":                        nine,
		"Mon Nov 23 2026 09:03:17 GMT+0000 (Coordinated Universal Time)": nine,
		"Mon Nov 23 2026 14:33:17 GMT+0530 (印度标准时间)":                     nine,
		"Mon Nov 23 2026 01:03:17 GMT-0800":                              nine,
		"Mon Nov 23 2026":                                                day,
	} {
		seconds, ok := times.Parse([]byte(text))
		require.True(t, ok, text)
		require.Equal(t, wanted, seconds, text)
	}
	for _, text := range []string{
		"", "2026", "2026-11", "2026-1-23", "26-11-23", "2026-1123", "202611-23", "2026-13-01", "2026-00-01", "2026-02-29", "2100-02-29", "2026-04-31",
		"2026-11-00", "2026-11-23T", "2026-11-23x09:03", "2026-11-23T25:00", "2026-11-23T24:01", "2026-11-23T09:60", "2026-11-23T09:03:61",
		"2026-11-23T09:03:17.", "2026-11-23T09:03:17.Z", "2026-11-23T09:0317", "2026-11-23T09:03:17+24:00", "2026-11-23T09:03:17+05:60",
		"2026-11-23T09:", "20261123T0903:17", "20.6-11-23",
		"2026-11-23T09:03:17ZZ", " 2026-11-23", "2026-11-23 ", "2026-11-23T9:03", "+2026-11-23", "２０２６-11-23", "yesterday",
		"2026-11-23 UTC", "2026-11-23 09:03:17 IST", "2026-11-23 09:03:17 UTC ", "2026-11-23 09:03:17 (UTC)", "2026-11-23 09:03:17 UTC UTC",
		"Mon, 31 Nov 2026 09:03:17 GMT", "Mon, 23 Nov 2026 25:03:17 GMT", "Mon, 23 Foo 2026 09:03:17 GMT", "Mon, 23 Nov 2026 09:03:17 IST",
		"Foo, 23 Nov 2026 09:03:17 GMT", "Mon Nov 2026", "Mon Nov 23", "Nov", "23 Nov", "23  2026", "Mon Nov 23 2026 GMT", "Invalid Date",
		"Mon Nov 23 2026 09:03:17 GMT+0000 (UTC", "Mon Nov 23 2026 09:03:17 GMT+", "Mon Nov 230 2026", "Mon Nov23 2026", "23Nov 2026", "23 Nov 20260",
		"11/23/2026", "Nov 23, 2026", "9 o'clock", "12 monkeys", "5 May", "Nov 2", "Mon, 23 Nov 2026 ",
	} {
		_, ok := times.Parse([]byte(text))
		require.False(t, ok, text)
	}
}

func TestEveryDayIsTheCalendars(t *testing.T) {
	t.Parallel()
	for day := time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2110; day = day.AddDate(0, 0, 1) {
		seconds, ok := times.Parse([]byte(day.Format(time.DateOnly)))
		require.True(t, ok, day)
		require.Equal(t, day.Unix(), seconds)
	}
}

// rfc2822 matches what the standard library reads as RFC 2822 does: not names of zones, nor years of two digits.
var rfc2822 = regexp.MustCompile(`[0-9]{4} .*[+-][0-9]{4}$`)

// TestNames: of every month and weekday, in what RFC 2822 and JavaScript print, and of every zone.
func TestNames(t *testing.T) {
	t.Parallel()
	for day := time.Date(2026, 1, 1, 9, 3, 17, 0, time.UTC); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
		for _, layout := range []string{time.RFC1123Z, "Mon Jan 02 2006 15:04:05 GMT-0700 (MST)", "2 Jan 2006 15:04:05"} {
			seconds, ok := times.Parse([]byte(day.Format(layout)))
			require.True(t, ok, day)
			require.Equal(t, day.Unix(), seconds, day)
		}
	}
	for zone, east := range map[string]int64{
		"Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	} {
		seconds, ok := times.Parse([]byte("1 Jan 1970 12:00:00 " + zone))
		require.True(t, ok, zone)
		require.Equal(t, (12-east)*3600, seconds, zone)
	}
}

// FuzzParse: what the standard library reads as RFC 3339 or RFC 2822 as well is the same time, and each time
// reads back as itself.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"2026-11-23T09:03:17Z", "2026-11-23T09:03:17.5+05:30", "20261123T0903", "2026-02-30", "2026-11-23 24:00", "Mon, 23 Nov 2026 09:03:17 +0530", "1 Jan 70 00:00 GMT", "Mon Nov 23 2026 09:03:17 GMT+0000 (UTC)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := times.Parse([]byte(text))
		if !ok {
			require.Zero(t, got)
			return
		}
		if wanted, err := time.Parse(time.RFC3339, text); err == nil {
			require.Equal(t, wanted.Unix(), got)
		}
		if wanted, err := mail.ParseDate(text); err == nil && rfc2822.MatchString(text) {
			require.Equal(t, wanted.Unix(), got)
		}
		if at := time.Unix(got, 0).UTC(); at.Year() >= 0 && at.Year() <= 9999 {
			for _, layout := range []string{time.RFC3339, time.RFC1123Z, "Mon Jan 02 2006 15:04:05 GMT-0700 (UTC)"} {
				again, ok := times.Parse([]byte(at.Format(layout)))
				require.True(t, ok)
				require.Equal(t, got, again)
			}
		}
	})
}

// layouts are those that the standard library would need for the forms that events have most; all forms would
// take over a hundred.
func layouts() []string {
	var all []string
	for _, date := range []string{"2006-01-02", "20060102"} {
		for _, sep := range []string{"T", " "} {
			for _, clock := range []string{"15:04:05", "150405", "15:04", "1504"} {
				for _, zone := range []string{"Z07:00", "Z0700", ""} {
					all = append(all, fmt.Sprint(date, sep, clock, zone))
				}
			}
		}
		all = append(all, date)
	}
	return append(all, time.RFC1123Z, "Mon Jan 02 2006 15:04:05 GMT-0700 (MST)")
}

// BenchmarkParse compares Parse with the standard library's layouts in turn.
func BenchmarkParse(b *testing.B) {
	known := layouts()
	for _, text := range []string{"2026-11-23T09:03:17.562Z", "2026-11-23T09:03:17+0530", "2026-11-23", "20261123T0903", "Mon, 23 Nov 2026 09:03:17 +0530"} {
		b.Run(text+"/Parse", func(b *testing.B) {
			b.ReportAllocs()
			in := []byte(text)
			for b.Loop() {
				if _, ok := times.Parse(in); !ok {
					b.Fatal(text)
				}
			}
		})
		b.Run(text+"/layouts", func(b *testing.B) {
			b.ReportAllocs()
			in := []byte(text)
			for b.Loop() {
				found := false
				for _, layout := range known {
					if _, err := time.Parse(layout, string(in)); err == nil {
						found = true
						break
					}
				}
				if !found {
					b.Fatal(text)
				}
			}
		})
	}
}
