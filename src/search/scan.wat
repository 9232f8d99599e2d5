;; The products of vectors that lie one after another from $vectors on with the one at $query, to $scores on. All numbers
;; take 4 bytes; a vector has $width of them, a multiple of eight. There is one vector at least.
(module
  (import "duet" "memory" (memory 1))
  (func (export "scan") (param $vectors i32) (param $query i32) (param $scores i32) (param $rows i32) (param $width i32)
    (local $at i32)
    (local $end i32)
    (local $last i32)
    ;; Two sums of four numbers each, for one addition need not wait for the other.
    (local $first v128)
    (local $second v128)
    (local.set $end (i32.add (local.get $query) (i32.shl (local.get $width) (i32.const 2))))
    (local.set $last (i32.add (local.get $scores) (i32.shl (local.get $rows) (i32.const 2))))
    (loop $vector
      (local.set $first (v128.const i32x4 0 0 0 0))
      (local.set $second (v128.const i32x4 0 0 0 0))
      (local.set $at (local.get $query))
      (loop $eight
        (local.set $first
          (f32x4.add (local.get $first) (f32x4.mul (v128.load (local.get $vectors)) (v128.load (local.get $at)))))
        (local.set $second
          (f32x4.add (local.get $second)
            (f32x4.mul (v128.load offset=16 (local.get $vectors)) (v128.load offset=16 (local.get $at)))))
        (local.set $vectors (i32.add (local.get $vectors) (i32.const 32)))
        (br_if $eight (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $end))))
      (local.set $first (f32x4.add (local.get $first) (local.get $second)))
      (f32.store (local.get $scores)
        (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $first)) (f32x4.extract_lane 1 (local.get $first)))
          (f32.add (f32x4.extract_lane 2 (local.get $first)) (f32x4.extract_lane 3 (local.get $first)))))
      (br_if $vector
        (i32.lt_u (local.tee $scores (i32.add (local.get $scores) (i32.const 4))) (local.get $last))))))
