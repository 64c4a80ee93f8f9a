package javascript

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// askNode returns what Node answers for each input: rule is the JavaScript source of a function from text to text. The
// test is skipped where Node isn't installed.
func askNode(t *testing.T, rule string, inputs []string) []string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on PATH: the comparison with JavaScript itself is skipped, recorded answers are still checked")
	}
	const loop = `
		const lines = require('fs').readFileSync(0, 'latin1').split('\n');
		lines.pop();
		const answers = lines.map((line) => rule(Buffer.from(line, 'base64').toString('utf16le')));
		process.stdout.write(answers.map((a) => Buffer.from(a, 'utf16le').toString('base64') + '\n').join(''));`
	var stdin bytes.Buffer
	for _, input := range inputs {
		stdin.WriteString(base64.StdEncoding.EncodeToString(toUTF16(input)) + "\n")
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", "const rule = "+rule+";"+loop)
	cmd.Env = append(os.Environ(), "TZ=UTC")
	cmd.Stdin = &stdin
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	require.NoError(t, err)
	var answers []string
	lines := bufio.NewScanner(bytes.NewReader(output))
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		units, err := base64.StdEncoding.DecodeString(lines.Text())
		require.NoError(t, err)
		answers = append(answers, fromUTF16(units))
	}
	require.NoError(t, lines.Err())
	require.Len(t, answers, len(inputs))
	return answers
}

// toUTF16 returns WTF-8 text as little-endian UTF-16.
func toUTF16(text string) []byte {
	var units []byte
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 && i+2 < len(text) && text[i] == 0xED {
			unit := uint16(0xD000) | uint16(text[i+1]&0x3F)<<6 | uint16(text[i+2]&0x3F)
			units = binary.LittleEndian.AppendUint16(units, unit)
			i += 3
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			units = binary.LittleEndian.AppendUint16(units, unit)
		}
		i += size
	}
	return units
}

// fromUTF16 returns little-endian UTF-16 as WTF-8 text in which surrogates stand alone only where they have no partner.
func fromUTF16(data []byte) string {
	unit := func(i int) rune {
		if i+2 > len(data) {
			return 0
		}
		return rune(binary.LittleEndian.Uint16(data[i:]))
	}
	var text []byte
	for i := 0; i < len(data); i += 2 {
		r := unit(i)
		if pair := utf16.DecodeRune(r, unit(i+2)); pair != utf8.RuneError {
			text = utf8.AppendRune(text, pair)
			i += 2
		} else if utf16.IsSurrogate(r) {
			text = append(text, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
		} else {
			text = utf8.AppendRune(text, r)
		}
	}
	return string(text)
}

// seeded returns a source of the same numbers in every run.
func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 20)) }

// pick returns one of the values.
func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// requireSame compares our answers with Node's and shows the first that differ.
func requireSame(t *testing.T, inputs, want []string, ours func(string) string) {
	t.Helper()
	differences := 0
	for i, input := range inputs {
		if got := ours(input); got != want[i] {
			t.Errorf("%+q: got %+q, Node says %+q", input, got, want[i])
			if differences++; differences == 20 {
				t.Fatal("further differences are not shown")
			}
		}
	}
}
