package document

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Texts are read eight bytes at a time; each byte has to be seen wherever it is, whatever is beside it.
func TestEveryByteIsSeenAtEveryPlace(t *testing.T) {
	t.Parallel()
	for _, around := range []byte{'a', ' ', '!', '#', '[', ']', 0x7f} {
		for size := 1; size <= 25; size++ {
			for at := range size {
				for c := range 256 {
					text := bytes.Repeat([]byte{around}, size)
					text[at] = byte(c)
					ends := c == '"' || c == '\\' || c < 0x20
					checkWords(t, text, at, ends)
				}
			}
		}
	}
}

// checkWords checks what the three readers of texts say of one in which only the byte at a place may be special.
func checkWords(t *testing.T, text []byte, at int, ends bool) {
	t.Helper()
	stop := len(text)
	if ends {
		stop = at
	}
	if got := skipPlain(text, 0); got != stop {
		require.Equal(t, stop, got, "%q", text)
	}
	want := uint8(0)
	if ends || text[at] == 0xed {
		want |= textEscapes
	}
	if text[at] < utf8.RuneSelf {
		want |= textUTF8
	}
	if got := textFlags(text); got != want {
		require.Equal(t, want, got, "%q", text)
	}
	var d Document
	err := d.Parse(append(append([]byte{'"'}, text...), '"'), Options{})
	if refused := ends || text[at] >= utf8.RuneSelf; refused != (err != nil) {
		require.Equal(t, refused, err != nil, "%q: %v", text, err)
	}
}
