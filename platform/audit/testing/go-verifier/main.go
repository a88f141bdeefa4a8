// Verifies what Holdfast wrote, with the libraries of Go's checksum database and nothing of Holdfast.
// Input: a JSON object, see `input`. Output: one line per check, "ok <name>" or "NO <name>: <why>".
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	Key        string
	WitnessKey string
	Checks     []check
}

type check struct {
	Name  string
	Note  string // a signed checkpoint
	Index int64  // with Entry and Proof: the entry is number Index of the checkpoint's tree
	Entry string
	Proof []string
	Older string // with Proof: the checkpoint continues this one
}

// The name stands in front of hash and key in a verifier key; cosignature/v1 is younger than this Go library.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	time := binary.BigEndian.Uint64(sig[:8])
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("no verifier key")
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, fmt.Errorf("no key of a witness")
	}
	return cosigner{parts[0], uint32(hash), key[1:]}, nil
}

func tree(signed string, verifiers ...note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(verifiers) {
		return tlog.Tree{}, fmt.Errorf("%d signatures instead of %d", len(opened.Sigs), len(verifiers))
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func run(c check, verifiers []note.Verifier) error {
	head, err := tree(c.Note, verifiers...)
	if err != nil {
		return err
	}
	var proof []tlog.Hash
	for _, text := range c.Proof {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	if c.Entry != "" {
		return tlog.CheckRecord(proof, head.N, head.Hash, c.Index, tlog.RecordHash([]byte(c.Entry)))
	}
	if c.Older != "" {
		older, err := tree(c.Older, verifiers...)
		if err != nil {
			return err
		}
		return tlog.CheckTree(proof, head.N, head.Hash, older.N, older.Hash)
	}
	return nil
}

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		panic(err)
	}
	log, err := note.NewVerifier(in.Key)
	if err != nil {
		panic(err)
	}
	witness, err := newCosigner(in.WitnessKey)
	if err != nil {
		panic(err)
	}
	for _, c := range in.Checks {
		if err := run(c, []note.Verifier{log, witness}); err != nil {
			fmt.Printf("NO %s: %v\n", c.Name, err)
		} else {
			fmt.Printf("ok %s\n", c.Name)
		}
	}
}
