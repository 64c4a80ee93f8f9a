package javascript

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	dateTable = "testdata/dates.jsonl"
	nodeDate  = `(text) => String(new Date(text).getTime())`
)

// dateText returns what Node's String(new Date(s).getTime()) would be by our rules.
func dateText(s string) string {
	ms, _ := ParseDate(s)
	return string(AppendNumber(nil, ms))
}

// TestParseDateTable compares with Node's recorded answers. To record them anew, or those of new rows, run it with
// RECORD_DATES=1.
func TestParseDateTable(t *testing.T) {
	t.Parallel()
	inputs, want := readDateTable(t)
	if os.Getenv("RECORD_DATES") != "" {
		want = askNode(t, nodeDate, inputs)
		writeDateTable(t, inputs, want)
	}
	requireSame(t, inputs, want, dateText)
}

// readDateTable reads rows of ["text", milliseconds or null].
func readDateTable(t *testing.T) (inputs, want []string) {
	t.Helper()
	file, err := os.Open(dateTable)
	require.NoError(t, err)
	defer file.Close()
	for rows := bufio.NewScanner(file); rows.Scan(); {
		var ms *float64
		var text string
		require.NoError(t, json.Unmarshal(rows.Bytes(), &[2]any{&text, &ms}), rows.Text())
		inputs = append(inputs, text)
		if ms == nil {
			want = append(want, "NaN")
		} else {
			want = append(want, string(AppendNumber(nil, *ms)))
		}
	}
	require.NotEmpty(t, inputs)
	return inputs, want
}

func writeDateTable(t *testing.T, inputs, want []string) {
	t.Helper()
	var table []byte
	for i, text := range inputs {
		table = AppendJSONString(append(table, '['), text)
		table = append(table, ", "+strings.Replace(want[i], "NaN", "null", 1)+"]\n"...)
	}
	require.NoError(t, os.WriteFile(dateTable, table, 0o600))
}

func TestParseDateSaysWhatIsNoDate(t *testing.T) {
	t.Parallel()
	ms, ok := ParseDate("2021-03-03")
	require.True(t, ok)
	require.Equal(t, 1614729600000.0, ms)
	ms, ok = ParseDate("today")
	require.False(t, ok)
	require.True(t, math.IsNaN(ms))
}

func TestDaysSinceEpochIsNodesCalendar(t *testing.T) {
	t.Parallel()
	r := seeded(9)
	var inputs []string
	for range 20_000 {
		year := r.IntN(600_000) - 300_000
		sign := "+"
		if year < 0 {
			sign, year = "-", -year
		}
		text := sign + strings.Repeat("0", 6-len(strconv.Itoa(year))) + strconv.Itoa(year)
		inputs = append(inputs, text+"-"+pick(r, "01", "02", "03", "07", "12")+"-"+pick(r, "01", "28", "29", "30", "31"))
	}
	requireSame(t, inputs, askNode(t, nodeDate, inputs), dateText)
}

func TestParseDateIsNodesDate(t *testing.T) {
	t.Parallel()
	r := seeded(10)
	inputs := make([]string, 60_000)
	for i := range inputs {
		switch i % 3 {
		case 0:
			inputs[i] = likelyDate(r)
		case 1:
			inputs[i] = mutate(r, likelyDate(r))
		default:
			inputs[i] = dateSoup(r)
		}
	}
	want := askNode(t, nodeDate, inputs)
	requireSame(t, inputs, want, dateText)
	dates := len(want) - strings.Count(strings.Join(want, " "), "NaN")
	require.Greater(t, dates, len(inputs)/5, "enough of the texts are dates")
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"", "0", "2021-03-03T12:13:14.5+05:30", "March 3, 2021 (x) 1:02 PM EST", "\u00a02021\x00", "((", "+275760-09-13"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ms, ok := ParseDate(text)
		if !ok {
			require.True(t, math.IsNaN(ms))
			return
		}
		require.Equal(t, math.Trunc(ms), ms)
		require.LessOrEqual(t, math.Abs(ms), 8.64e15)
		again, ok := ParseDate(text + "\x00x")
		require.True(t, ok, "a NUL character ends the text")
		require.Equal(t, ms, again)
	})
}

func BenchmarkParseDate(b *testing.B) {
	for _, text := range []string{"2021-03-03", "2021-03-03T12:13:14.567Z", "Wed, 03 Mar 2021 12:13:14 GMT", "not a date"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ParseDate(text)
			}
		})
	}
}
